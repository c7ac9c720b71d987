package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** Reactor Netty, whose {@link LoopResources} choose the transport. */
@Timeout(120)
final class ReactorNettyTest {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, IocpIoHandler.newFactory());

    /** What a program of Reactor Netty writes to run on this transport. */
    private final LoopResources iocp = new LoopResources() {
        private final Map<Class<?>, Class<? extends Channel>> types = Map.of(
                ServerSocketChannel.class, IocpServerSocketChannel.class,
                SocketChannel.class, IocpSocketChannel.class,
                // Of the resolver.
                DatagramChannel.class, IocpDatagramChannel.class);

        @Override
        public EventLoopGroup onServer(final boolean useNative) {
            return group;
        }

        @Override
        public <C extends Channel> C onChannel(final Class<C> type, final EventLoopGroup loops) {
            return new ReflectiveChannelFactory<>(onChannelClass(type, loops)).newChannel();
        }

        @Override
        public <C extends Channel> Class<? extends C> onChannelClass(final Class<C> type, final EventLoopGroup loops) {
            return types.get(type).asSubclass(type);
        }
    };

    @Test
    void servesAndCallsHttp() throws Exception {
        final DisposableServer server = HttpServer.create().runOn(iocp).bindAddress(() -> Loops.loopback(0))
                .route(routes -> routes
                        .get("/greet", (request, response) -> response.sendString(Mono.just("hello")))
                        .post("/echo", (request, response) -> response.send(request.receive().retain())))
                .bindNow();
        assertThat(server.channel()).isInstanceOf(IocpServerSocketChannel.class);
        final HttpClient client = HttpClient.create().runOn(iocp).host("localhost").port(server.port());
        for (int i = 0; i < 20; i++) {
            assertThat(client.get().uri("/greet").responseContent().aggregate().asString().block()).isEqualTo("hello");
        }
        final String sent = "x".repeat(10_000);
        assertThat(client.post().uri("/echo").send(ByteBufFlux.fromString(Flux.just(sent).repeat(99)))
                .responseContent().asByteArray().map(bytes -> bytes.length).reduce(0, Integer::sum).block())
                .isEqualTo(100 * sent.length());
        server.disposeNow();
        assertThat(group.shutdownGracefully(0, 1, TimeUnit.MINUTES).await(1, TimeUnit.MINUTES)).isTrue();
    }
}

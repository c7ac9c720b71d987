package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.transport.Transport;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Vert.x, whose builder takes a transport. */
@Timeout(120)
final class VertxTest {
    private final Iocp4jTransport transport = new Iocp4jTransport();
    private final Vertx vertx = Vertx.builder().withTransport(transport).build();

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(final Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }

    private static void echo(final HttpServerRequest request) {
        request.body().onSuccess(body -> request.response().end(body));
    }

    private void echoesTo(final SocketAddress server) throws Exception {
        final HttpClient client = vertx.createHttpClient();
        for (int i = 0; i < 20; i++) {
            final Buffer sent = Buffer.buffer(Loops.random(i * 5_000));
            final Buffer received = await(client.request(new RequestOptions().setMethod(HttpMethod.POST)
                            .setHost("localhost").setServer(server).setURI("/echo"))
                    .compose(request -> request.send(sent)).compose(HttpClientResponse::body));
            assertThat(received).isEqualTo(sent);
        }
        await(client.close());
    }

    @Test
    void servesAndCallsHttp() throws Exception {
        final int port = await(vertx.createHttpServer().requestHandler(VertxTest::echo).listen(0, "127.0.0.1"))
                .actualPort();
        echoesTo(SocketAddress.inetSocketAddress(port, "localhost"));
        assertThat(transport.made).contains(IocpServerSocketChannel.class, IocpSocketChannel.class);
    }

    @Test
    void servesAndCallsHttpOverAPipe() throws Exception {
        final SocketAddress pipe =
                SocketAddress.domainSocketAddress(NamedPipeAddress.of(PipePair.newName()).path());
        await(vertx.createHttpServer().requestHandler(VertxTest::echo).listen(pipe));
        echoesTo(pipe);
        assertThat(transport.made).contains(IocpNamedPipeServerChannel.class, IocpNamedPipeChannel.class);
    }

    /** What a program of Vert.x writes to run on this transport. Its domain sockets are named pipes. */
    private static final class Iocp4jTransport implements Transport,
            io.vertx.core.spi.transport.Transport {
        /** The classes of the channels that Vert.x has asked for. */
        private final Queue<Class<?>> made = new ConcurrentLinkedQueue<>();

        @Override
        public String name() {
            return "iocp4j";
        }

        @Override
        public boolean available() {
            return Iocp.isAvailable();
        }

        @Override
        public Throwable unavailabilityCause() {
            return Iocp.unavailabilityCause();
        }

        @Override
        public io.vertx.core.spi.transport.Transport implementation() {
            return this;
        }

        @Override
        public IoHandlerFactory ioHandlerFactory() {
            return IocpIoHandler.newFactory();
        }

        @Override
        public ChannelFactory<? extends ServerChannel> serverChannelFactory(final boolean domainSocket) {
            return () -> record(domainSocket ? new IocpNamedPipeServerChannel() : new IocpServerSocketChannel());
        }

        @Override
        public ChannelFactory<? extends Channel> channelFactory(final boolean domainSocket) {
            return () -> record(domainSocket ? new IocpNamedPipeChannel() : new IocpSocketChannel());
        }

        @Override
        public DatagramChannel datagramChannel() {
            return new IocpDatagramChannel();
        }

        @Override
        @SuppressWarnings("deprecation")
        public DatagramChannel datagramChannel(final InternetProtocolFamily family) {
            return new IocpDatagramChannel(family == InternetProtocolFamily.IPv4
                    ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
        }

        @Override
        public boolean supportsDomainSockets() {
            return true;
        }

        @Override
        public java.net.SocketAddress convert(final SocketAddress address) {
            return address.isDomainSocket() ? NamedPipeAddress.of(address.path())
                    : io.vertx.core.spi.transport.Transport.super.convert(address);
        }

        @Override
        public SocketAddress convert(final java.net.SocketAddress address) {
            return address instanceof NamedPipeAddress
                    ? SocketAddress.domainSocketAddress(((NamedPipeAddress) address).path())
                    : io.vertx.core.spi.transport.Transport.super.convert(address);
        }

        private <C extends Channel> C record(final C channel) {
            made.add(channel.getClass());
            return channel;
        }
    }
}

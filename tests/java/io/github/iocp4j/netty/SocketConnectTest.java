package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Binds, connects and accepts of TCP channels. Each test also checks that every buffer is released. */
@Timeout(120)
final class SocketConnectTest {
    @AutoClose
    private final Loops loops = new Loops();

    @Test
    void connectsToThisHostByTheWildcardAddress() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final int port = ((InetSocketAddress) server.localAddress()).getPort();
        final Channel client = loops.bootstrap(collector).connect(new InetSocketAddress(port)).sync().channel();
        assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
        client.writeAndFlush(loops.buffer(Loops.random(10)));
        assertThat(collector.await(10)).isEqualTo(Loops.random(10));
    }

    @Test
    void refusesAConnectAsOtherTransportsDo() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final InetSocketAddress gone = (InetSocketAddress) server.localAddress();
        server.close().sync();
        assertThatThrownBy(() -> loops.bootstrap(new Echo()).connect(gone).sync())
                .isInstanceOf(ConnectException.class).hasMessageContaining("WSAECONNREFUSED");
        assertThatThrownBy(() -> loops.bootstrap(new Echo()).disableResolver()
                .connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)).sync())
                .isInstanceOf(UnresolvedAddressException.class);
    }

    @Test
    void refusesMisuseOfAConnection() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Channel client = loops.connect(server, new Collector());
        assertThatThrownBy(() -> client.connect(server.localAddress()).sync())
                .isInstanceOf(AlreadyConnectedException.class);
        assertThatThrownBy(() -> client.writeAndFlush("text").sync())
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("String");
        client.close().sync();
        client.close().sync();
        assertThatThrownBy(() -> client.writeAndFlush(loops.buffer(new byte[9])).sync())
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> client.connect(server.localAddress()).sync())
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> client.config().setOption(ChannelOption.SO_SNDBUF, 1_000))
                .isInstanceOf(ChannelException.class);
        final Channel unconnected = loops.bootstrap(new Collector()).register().sync().channel();
        assertThatThrownBy(() -> unconnected.writeAndFlush(loops.buffer(new byte[9])).sync())
                .isInstanceOf(NotYetConnectedException.class);
    }

    @Test
    void endsAConnectThatIsClosedOrCancelled() throws Exception {
        // The server does not accept, but Windows completes such a connect from the backlog: it may
        // succeed or fail.
        final Channel server = loops.serverBootstrap(Echo::new).option(ChannelOption.AUTO_READ, false)
                .bind(Loops.loopback(0)).sync().channel();
        for (int i = 0; i < 50; i++) {
            final Channel client = loops.bootstrap(new Collector()).register().sync().channel();
            final ChannelFuture[] connects = new ChannelFuture[2];
            client.eventLoop().submit(() -> {
                connects[0] = client.connect(server.localAddress());
                connects[1] = client.connect(server.localAddress());
            }).sync();
            assertThatThrownBy(connects[1]::sync).isInstanceOf(ConnectionPendingException.class);
            if (i % 2 == 0) {
                connects[0].cancel(false);
            }
            client.close().sync();
            assertThat(connects[0].await().isDone()).isTrue();
            assertThat(client.isOpen()).isFalse();
        }
    }

    @Test
    void acceptsOnlyWhenAsked() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serverBootstrap(() -> Loops.handingOver(accepted))
                .option(ChannelOption.AUTO_READ, false).bind(Loops.loopback(0)).sync().channel();
        loops.connect(server, new Collector());
        loops.connect(server, new Collector());
        server.eventLoop().submit(() -> { }).sync();
        assertThat(accepted).isEmpty();
        server.read();
        accepted.take();
        server.read();
        accepted.take();
    }

    @Test
    void bindsAnAddressOnce() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final InetSocketAddress address = (InetSocketAddress) server.localAddress();
        assertThatThrownBy(() -> loops.serverBootstrap(Echo::new).bind(address).sync())
                .isInstanceOf(BindException.class);
        server.close().sync();
        final Channel again = loops.serverBootstrap(Echo::new).bind(address).sync().channel();
        assertThat(again.localAddress()).isEqualTo(address);
        final Channel client = loops.bootstrap(new Collector())
                .connect(address, Loops.loopback(0)).sync().channel();
        assertThat(((InetSocketAddress) client.localAddress()).getAddress()).isEqualTo(address.getAddress());
        assertThatThrownBy(() -> loops.bootstrap(new Collector()).bind(client.localAddress()).sync())
                .isInstanceOf(BindException.class);
    }
}

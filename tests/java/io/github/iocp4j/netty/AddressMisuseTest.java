package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.socket.UnixSocketAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A channel is bound or connected when it cannot be: the exceptions are those of Netty's NIO. */
@Timeout(120)
final class AddressMisuseTest {
    private final Loops loops = new Loops();
    private final EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    @AfterEach
    void closeLoops() throws Exception {
        assertThat(nio.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
        loops.close();
    }

    private static Channel registered(final EventLoopGroup group, final Supplier<Channel> type) throws Exception {
        return new Bootstrap().group(group).channelFactory(type::get).handler(new ChannelInboundHandlerAdapter())
                .register().sync().channel();
    }

    /** Something that a program does with a channel that cannot work. */
    interface Misuse {
        ChannelFuture with(Channel channel) throws Exception;
    }

    private void assertSame(
            final Supplier<Channel> ours, final Supplier<Channel> ofNio, final Class<? extends Throwable> expected,
            final Misuse misuse) throws Exception {
        assertThat(cause(registered(nio, ofNio), misuse)).isInstanceOf(expected);
        assertFails(ours, expected, misuse);
    }

    private void assertFails(
            final Supplier<Channel> ours, final Class<? extends Throwable> expected, final Misuse misuse)
            throws Exception {
        assertThat(cause(registered(loops.group(), ours), misuse)).isInstanceOf(expected);
    }

    private static Throwable cause(final Channel channel, final Misuse misuse) throws Exception {
        final ChannelFuture failed = misuse.with(channel);
        assertThat(failed.await(1, MINUTES)).isTrue();
        channel.close().sync();
        return failed.cause();
    }

    @Test
    void sockets() throws Exception {
        final SocketAddress server = loops.serve(ChannelInboundHandlerAdapter::new).localAddress();
        assertSame(IocpSocketChannel::new, NioSocketChannel::new, AlreadyBoundException.class,
                channel -> channel.bind(Loops.loopback(0)).sync().channel().bind(Loops.loopback(0)));
        assertSame(IocpSocketChannel::new, NioSocketChannel::new, AlreadyBoundException.class,
                channel -> channel.connect(server).sync().channel().bind(Loops.loopback(0)));
        assertSame(IocpSocketChannel::new, NioSocketChannel::new, AlreadyBoundException.class,
                channel -> channel.bind(Loops.loopback(0)).sync().channel().connect(server, Loops.loopback(0)));
        assertSame(IocpSocketChannel::new, NioSocketChannel::new, AlreadyConnectedException.class,
                channel -> channel.connect(server).sync().channel().connect(server));
        assertSame(IocpSocketChannel::new, NioSocketChannel::new, ClosedChannelException.class,
                channel -> channel.close().sync().channel().bind(Loops.loopback(0)));
        assertSame(IocpSocketChannel::new, NioSocketChannel::new, ClosedChannelException.class,
                channel -> channel.close().sync().channel().connect(server));
        assertFails(IocpSocketChannel::new, ConnectionPendingException.class, channel -> together(channel,
                () -> channel.connect(server), () -> channel.bind(Loops.loopback(0))));
        assertFails(IocpSocketChannel::new, ConnectionPendingException.class, channel -> together(channel,
                () -> channel.connect(server), () -> channel.connect(server)));
        assertFails(IocpSocketChannel::new, ClosedChannelException.class, channel -> together(
                channel.connect(server).sync().channel(),
                channel::close, () -> channel.bind(Loops.loopback(0))));
    }

    /** Does two things in one turn of the loop; returns the result of the second one. */
    private static ChannelFuture together(
            final Channel channel, final Supplier<ChannelFuture> first, final Supplier<ChannelFuture> second)
            throws Exception {
        return channel.eventLoop().submit(() -> {
            first.get();
            return second.get();
        }).get();
    }

    @Test
    void servers() throws Exception {
        assertSame(IocpServerSocketChannel::new, NioServerSocketChannel::new, AlreadyBoundException.class,
                channel -> channel.bind(Loops.loopback(0)).sync().channel().bind(Loops.loopback(0)));
        assertSame(IocpServerSocketChannel::new, NioServerSocketChannel::new, UnsupportedOperationException.class,
                channel -> channel.bind(Loops.loopback(0)).sync().channel().connect(Loops.loopback(1)));
        assertSame(IocpServerSocketChannel::new, NioServerSocketChannel::new, ClosedChannelException.class,
                channel -> channel.close().sync().channel().bind(Loops.loopback(0)));
        assertFails(IocpNamedPipeServerChannel::new, AlreadyBoundException.class,
                channel -> channel.bind(pipe()).sync().channel().bind(pipe()));
        assertFails(IocpNamedPipeServerChannel::new, ClosedChannelException.class,
                channel -> channel.close().sync().channel().bind(pipe()));
    }

    private static NamedPipeAddress pipe() {
        return NamedPipeAddress.of(PipePair.newName());
    }

    /** Such as the addresses of Netty's epoll and kqueue. */
    @Test
    void addressesOfAnotherClass() throws Exception {
        final SocketAddress other = new DomainSocketAddress("from outside\nforged");
        assertNames(InetSocketAddress.class, IocpSocketChannel::new, channel -> channel.connect(other));
        assertNames(InetSocketAddress.class, IocpSocketChannel::new, channel -> channel.bind(other));
        assertNames(InetSocketAddress.class, IocpServerSocketChannel::new, channel -> channel.bind(other));
        assertNames(InetSocketAddress.class, IocpDatagramChannel::new, channel -> channel.bind(other));
        assertNames(InetSocketAddress.class, IocpDatagramChannel::new, channel -> channel.connect(other));
        assertNames(NamedPipeAddress.class, IocpNamedPipeChannel::new, channel -> channel.connect(other));
        assertNames(NamedPipeAddress.class, IocpNamedPipeServerChannel::new, channel -> channel.bind(other));
        // Without a channel, because Wine has no Unix-domain sockets.
        assertThatThrownBy(() -> SocketHandle.checkUnix(other)).isInstanceOf(UnsupportedAddressTypeException.class)
                .hasMessageContaining(UnixSocketAddress.class.getName())
                .hasMessageContaining(DomainSocketAddress.class.getName());
        assertThat(cause(registered(loops.group(), IocpNamedPipeChannel::new),
                channel -> channel.connect(pipe(), other)))
                .isInstanceOf(UnsupportedAddressTypeException.class).hasMessageContaining("cannot be bound");
    }

    private void assertNames(final Class<?> right, final Supplier<Channel> type, final Misuse misuse) throws Exception {
        assertThat(cause(registered(loops.group(), type), misuse))
                .isInstanceOf(UnsupportedAddressTypeException.class)
                .hasMessageContaining(right.getName()).hasMessageContaining(DomainSocketAddress.class.getName())
                .hasMessageNotContaining("forged");
    }

    @Test
    void datagrams() throws Exception {
        final SocketAddress peer = registered(loops.group(), IocpDatagramChannel::new).bind(Loops.loopback(0)).sync()
                .channel().localAddress();
        assertSame(IocpDatagramChannel::new, NioDatagramChannel::new, AlreadyBoundException.class,
                channel -> channel.bind(Loops.loopback(0)).sync().channel().bind(Loops.loopback(0)));
        assertSame(IocpDatagramChannel::new, NioDatagramChannel::new, AlreadyBoundException.class,
                channel -> channel.connect(peer).sync().channel().bind(Loops.loopback(0)));
        assertSame(IocpDatagramChannel::new, NioDatagramChannel::new, AlreadyBoundException.class,
                channel -> channel.bind(Loops.loopback(0)).sync().channel().connect(peer, Loops.loopback(0)));
        // Not with NIO, whose disconnect fails under Wine in newer JVMs.
        assertFails(IocpDatagramChannel::new, AlreadyBoundException.class,
                channel -> channel.connect(peer).sync().channel().disconnect().sync().channel()
                        .bind(Loops.loopback(0)));
        assertSame(IocpDatagramChannel::new, NioDatagramChannel::new, AlreadyConnectedException.class,
                channel -> channel.connect(peer).sync().channel().connect(peer));
        assertSame(IocpDatagramChannel::new, NioDatagramChannel::new, ClosedChannelException.class,
                channel -> channel.close().sync().channel().bind(Loops.loopback(0)));
        assertSame(IocpDatagramChannel::new, NioDatagramChannel::new, ClosedChannelException.class,
                channel -> channel.close().sync().channel().connect(peer));
    }
}

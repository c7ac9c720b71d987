package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.PlatformDependent;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections end at any moment and in every way, with reads and writes in flight. */
@Tag("newer-jvm")
@Timeout(240)
final class CloseStormTest {
    private static final int CONNECTIONS = 150;

    private CanaryAllocator allocator;
    private final Queue<ChannelFuture> futures = new ConcurrentLinkedQueue<>();

    /** Whether a byte came that was not sent: a buffer was written to while Windows sent it. */
    private volatile boolean damaged;
    private final List<Channel> deregistered = new ArrayList<>();

    @ParameterizedTest
    @MethodSource("addresses")
    void keepsBuffersUntilTheirCompletionOverSockets(final boolean addresses) throws Exception {
        allocator = new CanaryAllocator(addresses);
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, IocpIoHandler.newFactory());
        final Channel server = serverBootstrap(group).channel(IocpServerSocketChannel.class)
                .bind(Loops.loopback(0)).sync().channel();
        storm(bootstrap(group).channel(IocpSocketChannel.class), server.localAddress());
        verify(group);
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void keepsBuffersUntilTheirCompletionOverPipes(final boolean addresses) throws Exception {
        allocator = new CanaryAllocator(addresses);
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, IocpIoHandler.newFactory());
        final Channel server = serverBootstrap(group).channel(IocpNamedPipeServerChannel.class)
                .bind(NamedPipeAddress.of(PipePair.newName())).sync().channel();
        storm(bootstrap(group).channel(IocpNamedPipeChannel.class), server.localAddress());
        verify(group);
    }

    /** Without {@code Unsafe}, as in JDK 25, Netty has no buffers whose methods use an address. */
    static List<Boolean> addresses() {
        return PlatformDependent.hasUnsafe() ? List.of(true, false) : List.of(false);
    }

    private void verify(final EventLoopGroup group) throws Exception {
        assertThat(group.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
        for (final ChannelFuture future : futures) {
            assertThat(future.await(1, MINUTES)).isTrue();
        }
        assertThat(allocator.releasedCount()).isGreaterThan(CONNECTIONS);
        allocator.verify();
        assertThat(damaged).isFalse();
    }

    private void storm(final Bootstrap bootstrap, final SocketAddress server) throws Exception {
        final Random random = new Random(20);
        final List<Channel> open = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            final Channel channel = bootstrap.connect(server).sync().channel();
            open.add(channel);
            for (int write = random.nextInt(6); write > 0; write--) {
                futures.add(channel.writeAndFlush(filled(1 + random.nextInt(200_000))));
            }
            final Channel victim = open.get(random.nextInt(open.size()));
            end(victim, random.nextInt(6));
            if (!victim.isOpen()) {
                open.remove(victim);
            }
        }
        for (final Channel channel : deregistered) {
            futures.add(channel.close().sync());
        }
    }

    private void end(final Channel victim, final int how) {
        switch (how) {
            case 0:
                futures.add(victim.close());
                break;
            case 1:
                victim.eventLoop().execute(() -> {
                    futures.add(victim.writeAndFlush(filled(500_000)));
                    futures.add(victim.close());
                });
                break;
            case 2:
                if (victim instanceof DuplexChannel) {
                    futures.add(((DuplexChannel) victim).shutdownOutput());
                }
                break;
            case 3:
                victim.eventLoop().execute(() -> {
                    victim.writeAndFlush(filled(500_000));
                    // Netty fails the messages of a channel that was closed so, although Windows may use them.
                    victim.unsafe().closeForcibly();
                    victim.flush();
                    futures.add(victim.close());
                });
                break;
            case 4:
                victim.config().setAutoRead(false);
                break;
            default:
                // A loop that ends does not know such a channel any more.
                futures.add(victim.deregister());
                deregistered.add(victim);
                break;
        }
    }

    private ByteBuf filled(final int length) {
        return allocator.directBuffer(length).writeZero(length);
    }

    private ServerBootstrap serverBootstrap(final EventLoopGroup group) {
        return new ServerBootstrap().group(group).option(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(20_000))
                .childHandler(Loops.initializer(() -> new Checking(true)));
    }

    private Bootstrap bootstrap(final EventLoopGroup group) {
        return new Bootstrap().group(group).option(ChannelOption.ALLOCATOR, allocator)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(20_000))
                .handler(Loops.initializer(() -> new Checking(false)));
    }

    /** Looks at what it reads, and writes it back or forgets it. */
    private final class Checking extends ChannelInboundHandlerAdapter {
        private final boolean echo;

        Checking(final boolean echo) {
            this.echo = echo;
        }

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            if (((ByteBuf) message).forEachByte(value -> value == 0) >= 0) {
                damaged = true;
            }
            if (echo) {
                context.writeAndFlush(message);
            } else {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            context.close();
        }
    }
}

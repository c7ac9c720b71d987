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
import io.netty.channel.DefaultFileRegion;
import io.netty.util.ReferenceCountUtil;
import java.io.File;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures of every kind at once. Each one ends its own future, and connections without a fault notice nothing. */
@Timeout(240)
final class FaultStormTest {
    private static final int ROUNDS = 200;
    private static final int FAULTS = 8;

    @AutoClose
    private final Loops loops = new Loops();
    private final Random random = new Random(20);
    private final List<ChannelFuture> futures = new ArrayList<>();

    /** Checks that no buffer is left, too. */
    @Test
    void sockets() throws Exception {
        final Channel server = loops.serve(Faulty::new);
        final Channel closed = loops.serve(Faulty::new);
        final InetSocketAddress nobody = (InetSocketAddress) closed.localAddress();
        closed.close().sync();
        storm(bootstrap(IocpSocketChannel.class), server, nobody);
    }

    @Test
    void pipes() throws Exception {
        final Channel server = new ServerBootstrap().group(loops.group()).channel(IocpNamedPipeServerChannel.class)
                .childOption(ChannelOption.ALLOCATOR, loops.allocator())
                .childHandler(Loops.initializer(Faulty::new)).bind(NamedPipeAddress.of(PipePair.newName())).sync()
                .channel();
        storm(bootstrap(IocpNamedPipeChannel.class), server, NamedPipeAddress.of(PipePair.newName()));
    }

    private Bootstrap bootstrap(final Class<? extends Channel> type) {
        return new Bootstrap().group(loops.group()).channel(type).handler(new ChannelInboundHandlerAdapter())
                .option(ChannelOption.ALLOCATOR, loops.allocator());
    }

    private void storm(final Bootstrap bootstrap, final Channel server, final SocketAddress nobody) throws Exception {
        final Loops.Collector collector = new Loops.Collector();
        final Channel steady = bootstrap.clone().handler(collector).connect(server.localAddress()).sync().channel();
        for (int round = 0; round < ROUNDS; round++) {
            final Channel victim = bootstrap.clone().handler(Loops.initializer(Faulty::new))
                    .connect(server.localAddress()).sync().channel();
            fault(bootstrap, victim, nobody, round % FAULTS);
            steady.writeAndFlush(loops.buffer(new byte[] {(byte) 1})).sync();
            assertThat(collector.await(1)).containsExactly((byte) 1);
        }
        for (final ChannelFuture future : futures) {
            assertThat(future.await(1, MINUTES)).as("%s", future).isTrue();
        }
        assertThat(steady.isActive()).isTrue();
    }

    private void fault(final Bootstrap bootstrap, final Channel victim, final SocketAddress nobody, final int kind) {
        switch (kind) {
            case 0:
                // The other end's handler throws, and closes the connection while more comes.
                futures.add(write(victim, 1, (byte) 2));
                futures.add(write(victim, 300_000, (byte) 1));
                break;
            case 1:
                futures.add(bootstrap.clone().connect(nobody));
                break;
            case 2:
                futures.add(victim.writeAndFlush(new DefaultFileRegion(new File("missing"), 0, 10)));
                break;
            case 3:
                futures.add(write(victim, 300_000, (byte) 1));
                victim.eventLoop().execute(() -> victim.unsafe().closeForcibly());
                break;
            case 4:
                victim.config().setOption(ChannelOption.AUTO_READ, false);
                futures.add(write(victim, 300_000, (byte) 1));
                victim.pipeline().fireExceptionCaught(new IllegalStateException("a fault of the test"));
                break;
            case 5:
                futures.add(victim.close());
                futures.add(write(victim, 100, (byte) 1));
                futures.add(victim.connect(nobody));
                break;
            case 6:
                futures.add(victim.writeAndFlush("no buffer"));
                futures.add(victim.deregister());
                futures.add(write(victim, 100, (byte) 1));
                futures.add(victim.close());
                break;
            default:
                futures.add(write(victim, 1 + random.nextInt(100_000), (byte) 1));
                futures.add(victim.disconnect());
                break;
        }
    }

    private ChannelFuture write(final Channel channel, final int length, final byte value) {
        final byte[] bytes = new byte[length];
        bytes[0] = value;
        return channel.writeAndFlush(loops.buffer(bytes));
    }

    /** Echoes, but throws where the first byte is 2. */
    private static final class Faulty extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            final ByteBuf buffer = (ByteBuf) message;
            if (buffer.getByte(buffer.readerIndex()) == 2) {
                ReferenceCountUtil.release(message);
                throw new IllegalStateException("a fault of the test");
            }
            context.writeAndFlush(message);
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            context.close();
        }
    }
}

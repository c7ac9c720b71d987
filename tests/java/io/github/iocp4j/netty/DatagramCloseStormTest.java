package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.netty.Datagrams.Received;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** UDP channels that are closed, by force, too, while they send and receive. */
@Tag("newer-jvm")
@Timeout(120)
final class DatagramCloseStormTest {
    @Test
    void keepsBuffersUntilTheirCompletion() throws Exception {
        final CanaryAllocator canaries = new CanaryAllocator();
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, IocpIoHandler.newFactory());
        final Received counted = new Received();
        final Bootstrap bootstrap = new Bootstrap().group(group).channel(IocpDatagramChannel.class)
                .option(ChannelOption.ALLOCATOR, canaries).handler(Loops.initializer(() -> counted));
        final Random random = new Random(20);
        final List<DatagramChannel> open = new ArrayList<>();
        final List<DatagramChannel> deregistered = new ArrayList<>();
        final List<ChannelFuture> futures = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            final DatagramChannel channel = (DatagramChannel) bootstrap.bind(Loops.loopback(0)).sync().channel();
            open.add(channel);
            for (int write = random.nextInt(20); write > 0; write--) {
                final DatagramChannel target = open.get(random.nextInt(open.size()));
                final ByteBuf content = canaries.directBuffer(2_000).writeZero(1 + random.nextInt(2_000));
                futures.add(channel.write(new DatagramPacket(content, target.localAddress())));
            }
            channel.flush();
            final DatagramChannel victim = open.get(random.nextInt(open.size()));
            switch (random.nextInt(4)) {
                case 0:
                    futures.add(victim.close());
                    open.remove(victim);
                    break;
                case 1:
                    victim.config().setAutoRead(false);
                    break;
                case 2:
                    victim.eventLoop().execute(() -> {
                        victim.unsafe().closeForcibly();
                        victim.flush();
                        victim.close();
                    });
                    open.remove(victim);
                    break;
                default:
                    // A loop that ends does not know such a channel any more.
                    futures.add(victim.deregister());
                    deregistered.add(victim);
                    open.remove(victim);
                    break;
            }
            if (open.isEmpty()) {
                open.add((DatagramChannel) bootstrap.bind(Loops.loopback(0)).sync().channel());
            }
        }
        for (final DatagramChannel channel : deregistered) {
            futures.add(channel.close().sync());
        }
        assertThat(group.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
        for (final ChannelFuture future : futures) {
            assertThat(future.await(1, MINUTES)).isTrue();
        }
        // Only zeros were sent: anything else was written to a buffer while Windows sent it.
        assertThat(counted.datagrams).isNotEmpty().allMatch(datagram -> datagram.matches("(00)+"));
        canaries.verify();
    }
}

package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.netty.Loops.Echo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop that ends tells its channels. */
@Timeout(120)
final class LoopShutdownTest {
    private final Loops loops = new Loops();

    @AfterEach
    void closeLoops() {
        loops.close();
    }

    /** The shutdown comes after the loop has looked for one, and the loop ends in the same round. */
    @Test
    void handlersLearnOfTheEndOfALoopWithoutAQuietPeriod() throws Exception {
        final Channel server = loops.serve(Echo::new);
        for (int round = 0; round < 20; round++) {
            final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
            final List<String> events = new CopyOnWriteArrayList<>();
            final List<Channel> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clients.add(loops.bootstrap(new Ends(events)).clone(group).connect(server.localAddress()).sync()
                        .channel());
            }
            final CountDownLatch shutDown = new CountDownLatch(1);
            group.execute(() -> {
                try {
                    shutDown.await();
                } catch (final InterruptedException unexpected) {
                    Thread.currentThread().interrupt();
                }
            });
            group.shutdownGracefully(0, 1, TimeUnit.MINUTES);
            shutDown.countDown();
            assertThat(group.terminationFuture().await(1, TimeUnit.MINUTES)).isTrue();
            for (final Channel client : clients) {
                assertThat(client.closeFuture().isDone()).isTrue();
            }
            assertThat(events).hasSize(6).containsOnly("inactive", "unregistered");
        }
    }

    /** Records the end of its channel. */
    private static final class Ends extends ChannelInboundHandlerAdapter {
        private final List<String> events;

        Ends(final List<String> events) {
            this.events = events;
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            events.add("inactive");
        }

        @Override
        public void channelUnregistered(final ChannelHandlerContext context) {
            events.add("unregistered");
        }
    }
}

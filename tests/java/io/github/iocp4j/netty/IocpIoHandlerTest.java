package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an event loop asks of its port: waits, wake-ups, and no more work than a batch at once. */
@Timeout(120)
final class IocpIoHandlerTest {
    private static final int PACKETS = 5_000;

    /** The loop's thread is the test's. */
    private final Thread loop = Thread.currentThread();
    private final IocpIoHandler handler = (IocpIoHandler) IocpIoHandler.newFactory().newHandler(
            new ThreadAwareExecutor() {
                @Override
                public boolean isExecutorThread(final Thread thread) {
                    return thread == loop;
                }

                @Override
                public void execute(final Runnable task) {
                    task.run();
                }
            });

    @Test
    void onePollHandlesOneBatch() throws Exception {
        for (int i = 0; i < PACKETS; i++) {
            handler.port().post(0, 0, 0);
        }
        final int ceiling = handler.port().snapshot().batchCeiling();
        assertThat(ceiling).isLessThan(PACKETS);
        int handled = 0;
        while (handled < PACKETS) {
            handled += assertBounded(handler.run(new Waits(false, 0)), ceiling);
        }
        assertThat(handled).isEqualTo(PACKETS);
        assertThat(handler.run(new Waits(false, 0))).isZero();
        handler.destroy();
    }

    private static int assertBounded(final int handled, final int ceiling) {
        assertThat(handled).isBetween(1, ceiling);
        return handled;
    }

    @Test
    void aLoopThatDoesNotWaitGetsNoWakeUp() throws Exception {
        handler.wakeup();
        for (int i = 0; i < 100; i++) {
            onOtherThread(handler::wakeup);
        }
        assertThat(handler.port().snapshot().queuedPackets()).hasValue(0);
        // A packet would end this wait early, and leave the packets after it in the queue.
        handler.port().post(0, 0, 0);
        assertThat(handler.run(new Waits(true, MINUTES.toNanos(1)))).isEqualTo(1);
        assertThat(handler.port().snapshot().batches()).isEqualTo(1);
        handler.destroy();
    }

    @Test
    void manyWakeUpsOfAWaitAreOne() {
        final AtomicInteger asked = new AtomicInteger();
        final IoHandlerContext waiting = new Waits(true, MINUTES.toNanos(1)) {
            @Override
            public boolean canBlock() {
                // The second time the loop has announced that it waits.
                if (asked.incrementAndGet() == 2) {
                    wakeFromOtherThreads();
                }
                return true;
            }
        };
        handler.run(waiting);
        assertThat(handler.port().snapshot().queuedPackets()).hasValue(0);
        handler.destroy();
    }

    private void wakeFromOtherThreads() {
        try {
            for (int i = 0; i < 10; i++) {
                onOtherThread(handler::wakeup);
            }
        } catch (final InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    private static void onOtherThread(final Runnable action) throws InterruptedException {
        final Thread thread = new Thread(action);
        thread.start();
        thread.join();
    }

    @Test
    void noTaskWaitsForTheNextOne() throws Exception {
        handler.destroy();
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
        final EventLoop single = group.next();
        // Each finds the loop at another point on its way to the wait. A lost wake-up would be the end of this test.
        for (int i = 0; i < 5_000; i++) {
            final int number = i;
            assertThat(single.submit(() -> number).get()).isEqualTo(number);
        }
        group.shutdownGracefully(0, 1, MINUTES).sync();
    }

    @Test
    void timersAreNeverEarly() throws Exception {
        handler.destroy();
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
        final EventLoop single = group.next();
        final List<Long> late = new ArrayList<>();
        final List<Future<?>> timers = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            final long delay = MILLISECONDS.toNanos(i) * 7 / 10;
            final long due = System.nanoTime() + delay;
            timers.add(single.schedule(() -> late.add(System.nanoTime() - due), delay, NANOSECONDS));
        }
        for (final Future<?> timer : timers) {
            timer.sync();
        }
        group.shutdownGracefully(0, 1, MINUTES).sync();
        assertThat(late).hasSize(timers.size()).allMatch(nanos -> nanos >= 0);
        Collections.sort(late);
        System.out.println("Figures: timers of a Netty loop are late by "
                + NANOSECONDS.toMicros(late.get(late.size() / 2)) + " µs in the median, at most "
                + NANOSECONDS.toMicros(late.get(late.size() - 1)) + " µs");
    }

    /** Windows ends a wait up to one tick of its clock early or late. */
    @Test
    void aWaitIsRoundedUp() {
        // In whole milliseconds these delays are 0, and the loop would poll thousands of times for one timer.
        final long began = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            handler.run(new Waits(true, NANOSECONDS.convert(1, MILLISECONDS) / 2));
        }
        assertThat(System.nanoTime() - began).isGreaterThan(MILLISECONDS.toNanos(5));
        handler.destroy();
    }

    /** Netty's {@link ManualIoEventLoop}, whose waits have no limit here. */
    @Test
    void aProgramRunsTheLoopItself() throws Exception {
        handler.destroy();
        final CompletableFuture<ManualIoEventLoop> made = new CompletableFuture<>();
        final Thread runner = new Thread(() -> {
            final ManualIoEventLoop manual = new ManualIoEventLoop(Thread.currentThread(), IocpIoHandler.newFactory());
            made.complete(manual);
            while (!manual.isTerminated()) {
                manual.run(0);
            }
        });
        runner.start();
        final ManualIoEventLoop manual = made.get();
        final Channel server = new ServerBootstrap().group(manual).channel(IocpServerSocketChannel.class)
                .childHandler(Loops.initializer(Loops.Echo::new)).bind(Loops.loopback(0)).sync().channel();
        final Loops.Collector collector = new Loops.Collector();
        final Channel client = new Bootstrap().group(manual).channel(IocpSocketChannel.class).handler(collector)
                .connect(server.localAddress()).sync().channel();
        for (int i = 0; i < 10; i++) {
            client.writeAndFlush(Unpooled.wrappedBuffer(Loops.random(1_000)));
            assertThat(collector.await(1_000)).isEqualTo(Loops.random(1_000));
        }
        manual.shutdownGracefully(0, 1, MINUTES).sync();
        runner.join();
        assertThat(client.isOpen()).isFalse();
        assertThat(server.isOpen()).isFalse();
    }

    /** A loop with one timer. */
    private static class Waits implements IoHandlerContext {
        private final boolean block;
        private final long deadline;

        Waits(final boolean block, final long delay) {
            this.block = block;
            deadline = System.nanoTime() + delay;
        }

        @Override
        public boolean canBlock() {
            return block;
        }

        @Override
        public long delayNanos(final long now) {
            return Math.max(0, deadline - now);
        }

        @Override
        public long deadlineNanos() {
            return deadline;
        }
    }
}

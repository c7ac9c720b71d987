package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.netty.Loops.Collector;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A TCP connection that is seldom used waits for data without a buffer, and else behaves as a busy one. */
@Timeout(120)
final class SeldomUsedConnectionsTest {
    private static final byte[] MESSAGE = Loops.random(100);

    @AutoClose
    private final Loops loops = new Loops();
    private final Collector collector = new Collector();
    /** What the handler of the child sees at the end. */
    private final Ending ending = new Ending();
    private Channel client;
    private Channel child;

    @BeforeEach
    void connect() throws Exception {
        final LinkedBlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        client = loops.connect(loops.serve(() -> Loops.handingOver(accepted)), new Collector());
        child = accepted.take();
        Loops.add(child, ending, collector);
    }

    @Test
    void waitsWithoutABufferUntilItIsBusy() throws Exception {
        loops.awaitNoBuffers();
        sendAndReceive();
        loops.awaitNoBuffers();
        makeBusy();
        do {
            // Longer than the time in which a busy connection gets its next data.
            TimeUnit.MILLISECONDS.sleep(5_100);
            sendAndReceive();
            onChild();
            onChild();
        } while (!loops.hasNoBuffers());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsByShutdownOfTheInput(final boolean busy) throws Exception {
        if (busy) {
            makeBusy();
        }
        ending.events.clear();
        ((DuplexChannel) child).shutdownInput().sync();
        assertThat(collector.event()).isEqualTo(ChannelInputShutdownReadComplete.INSTANCE);
        assertThat(ending.events).containsExactly("readComplete");
    }

    @Test
    void receivesWhatNeedsManyReads() throws Exception {
        final byte[] sent = Loops.random(3 << 20);
        client.writeAndFlush(loops.buffer(sent)).sync();
        assertThat(collector.await(sent.length)).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reportsTheEnd(final boolean busy) throws Exception {
        if (busy) {
            makeBusy();
        }
        ending.events.clear();
        client.close().sync();
        child.closeFuture().sync();
        assertThat(ending.await()).containsExactly("readComplete", "inactive");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reportsAReset(final boolean busy) throws Exception {
        if (busy) {
            makeBusy();
        }
        ending.events.clear();
        client.config().setOption(ChannelOption.SO_LINGER, 0);
        client.close().sync();
        child.closeFuture().sync();
        assertThat(ending.await()).containsExactly("readComplete", "exception", "inactive");
    }

    @Test
    void closesWhileItWaits() throws Exception {
        child.close().sync();
        assertThat(ending.await()).containsExactly("inactive");
        client.closeFuture().sync();
        loops.awaitNoBuffers();
    }

    @Test
    void keepsDataForTheNextRead() throws Exception {
        child.config().setAutoRead(false);
        onChild();
        client.writeAndFlush(loops.buffer(MESSAGE)).sync();
        onChild();
        assertThat(collector.size()).isZero();
        child.read();
        assertThat(collector.await(MESSAGE.length)).isEqualTo(MESSAGE);
    }

    /** Sends until the child waits with a buffer. */
    private void makeBusy() throws Exception {
        do {
            sendAndReceive();
            // The handler has released the message then, so that the only buffer is that of the next read.
            onChild();
        } while (loops.hasNoBuffers());
    }

    private void sendAndReceive() throws Exception {
        client.writeAndFlush(loops.buffer(MESSAGE)).sync();
        assertThat(collector.await(MESSAGE.length)).isEqualTo(MESSAGE);
    }

    /** Waits until the loop of the child has run a task. */
    private void onChild() throws Exception {
        child.eventLoop().submit(() -> { }).sync();
    }

    private final class Ending extends ChannelInboundHandlerAdapter {
        private final List<String> events = new ArrayList<>();

        @Override
        public void channelReadComplete(final ChannelHandlerContext context) {
            events.add("readComplete");
            context.fireChannelReadComplete();
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            events.add("exception");
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            events.add("inactive");
            context.fireChannelInactive();
        }

        /** What the handler has seen when the channel is inactive. */
        List<String> await() throws Exception {
            assertThat(collector.event()).isEqualTo("inactive");
            return events;
        }
    }
}

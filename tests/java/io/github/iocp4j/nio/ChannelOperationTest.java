package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Device;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which native operation the cancel of a channel's operation cancels. */
@Timeout(120)
final class ChannelOperationTest {
    @Test
    void aCancelEndsTheLatestNativeOperation() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.PIPE.connect()) {
            final StreamChannel channel = (StreamChannel) pair.client;
            final long older = read(channel);
            channel.device().cancel(older);
            awaitNothingInFlight(channel);

            final FutureResult<Integer> result = new FutureResult<>();
            final ChannelOperation<Integer> operation = new Operation(channel, result);
            final long first = operation.starting();
            final long second = operation.starting();
            operation.started(second, read(channel));
            // Its starter comes late: another thread has taken its completion, and started the next one.
            operation.started(first, older);
            assertThat(result.cancel(false)).isTrue();
            awaitNothingInFlight(channel);
        }
    }

    @Test
    void aCancelDuringTheStartEndsTheOperation() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.PIPE.connect()) {
            final StreamChannel channel = (StreamChannel) pair.client;
            final FutureResult<Integer> result = new FutureResult<>();
            final ChannelOperation<Integer> operation = new Operation(channel, result);
            final long start = operation.starting();
            final long id = read(channel);
            assertThat(result.cancel(false)).isTrue();
            operation.started(start, id);
            awaitNothingInFlight(channel);
        }
    }

    private static long read(final StreamChannel channel) {
        return channel.device().read(ByteBuffer.allocateDirect(1), 0);
    }

    private static void awaitNothingInFlight(final StreamChannel channel) throws InterruptedException {
        while (channel.device().port().snapshot().operationsInFlight() > 0) {
            Thread.sleep(1);
        }
    }

    /** An operation that a test completes. */
    private static final class Operation extends ChannelOperation<Integer> {
        private final StreamChannel channel;

        private Operation(final StreamChannel channel, final FutureResult<Integer> result) {
            super(result);
            this.channel = channel;
        }

        @Override
        Channel channel() {
            return channel;
        }

        @Override
        Device device() {
            return channel.device();
        }

        @Override
        void completed(final Completion completion) {
            throw new AssertionError(completion);
        }

        @Override
        void cancelled() {
            // The channel is used by this test only.
        }
    }
}

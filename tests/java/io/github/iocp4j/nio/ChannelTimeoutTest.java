package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.heap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.InterruptedByTimeoutException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Timeouts of the reads and writes of channels. */
@Timeout(300)
final class ChannelTimeoutTest {
    private static final int BLOCK = 1 << 20;

    @ParameterizedTest
    @EnumSource
    void aTimeoutEndsTheReadAndItsDirectionOnly(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final Outcome<Integer> read = new Outcome<>();
            pair.server.read(ByteBuffer.allocate(1), 1, TimeUnit.MILLISECONDS, null, read);
            assertThat(read.failure()).isExactlyInstanceOf(InterruptedByTimeoutException.class);
            assertThatThrownBy(() -> pair.server.read(ByteBuffer.allocate(1)))
                    .isExactlyInstanceOf(IllegalStateException.class);
            assertThat(pair.server.write(heap("x")).get()).isEqualTo(1);
            assertThat(pair.server.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTimeoutEndsTheWriteAndItsDirectionOnly(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            Outcome<Integer> write = new Outcome<>();
            pair.client.write(ByteBuffer.allocate(BLOCK), 50, TimeUnit.MILLISECONDS, null, write);
            while (!hasFailed(write)) {
                write = new Outcome<>();
                pair.client.write(ByteBuffer.allocate(BLOCK), 50, TimeUnit.MILLISECONDS, null, write);
            }
            assertThat(write.failure()).isExactlyInstanceOf(InterruptedByTimeoutException.class);
            assertThatThrownBy(() -> pair.client.write(ByteBuffer.allocate(1)))
                    .isExactlyInstanceOf(IllegalStateException.class);
            assertThat(pair.server.write(heap("x")).get()).isEqualTo(1);
            assertThat(pair.client.read(ByteBuffer.allocate(1)).get()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTimeoutEndsScatterAndGatherToo(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final ByteBuffer[] many = {ByteBuffer.allocate(BLOCK), ByteBuffer.allocateDirect(BLOCK)};
            final Outcome<Long> scatter = new Outcome<>();
            pair.client.read(many, 0, 2, 1, TimeUnit.MILLISECONDS, "r", scatter);
            assertThat(scatter.failure()).isExactlyInstanceOf(InterruptedByTimeoutException.class);
            assertThat(scatter.attachment()).isEqualTo("r");
            assertThatThrownBy(() -> pair.client.read(ByteBuffer.allocate(1)))
                    .isExactlyInstanceOf(IllegalStateException.class);
            Outcome<Long> gather = new Outcome<>();
            pair.client.write(many, 0, 2, 50, TimeUnit.MILLISECONDS, null, gather);
            while (!hasFailed(gather)) {
                gather = new Outcome<>();
                many[0].clear();
                many[1].clear();
                pair.client.write(many, 0, 2, 50, TimeUnit.MILLISECONDS, null, gather);
            }
            assertThat(gather.failure()).isExactlyInstanceOf(InterruptedByTimeoutException.class);
            final Outcome<Long> next = new Outcome<>();
            assertThatThrownBy(() -> pair.client.write(many, 0, 2, 0, TimeUnit.SECONDS, null, next))
                    .isExactlyInstanceOf(IllegalStateException.class);
            assertThat(next.isDone()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTimeoutThatIsNotReachedChangesNothing(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final Outcome<Integer> read = new Outcome<>();
            pair.server.read(ByteBuffer.allocate(5), Long.MAX_VALUE, TimeUnit.DAYS, null, read);
            assertThat(pair.client.write(heap("x")).get()).isEqualTo(1);
            assertThat(read.get()).isEqualTo(1);
            final Outcome<Integer> next = new Outcome<>();
            pair.server.read(ByteBuffer.allocate(5), -1, TimeUnit.DAYS, null, next);
            assertThat(pair.client.write(heap("y")).get()).isEqualTo(1);
            assertThat(next.get()).isEqualTo(1);
        }
    }

    private static boolean hasFailed(final Outcome<?> outcome) throws Exception {
        try {
            outcome.get();
            return false;
        } catch (final ExecutionException failed) {
            return true;
        }
    }
}

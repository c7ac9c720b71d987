package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.heap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads and writes of channels that are cancelled, or whose channel is closed. */
@Timeout(300)
final class ChannelCancelTest {
    private static final int BLOCK = 1 << 20;

    @ParameterizedTest
    @EnumSource
    void aCancelledReadIsDoneAtOnceAndEndsItsDirection(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final Future<Integer> read = pair.server.read(ByteBuffer.allocate(1));
            assertThat(read.cancel(false)).isTrue();
            assertThat(read.isDone()).isTrue();
            assertThat(read.isCancelled()).isTrue();
            assertThatThrownBy(read::get).isInstanceOf(CancellationException.class);
            assertThat(read.cancel(true)).isFalse();
            assertThat(pair.server.isOpen()).isTrue();
            assertThatThrownBy(() -> pair.server.read(ByteBuffer.allocate(1)))
                    .isExactlyInstanceOf(IllegalStateException.class);
            assertThat(pair.server.write(heap("x")).get()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCancelledWriteIsDoneAtOnceAndEndsItsDirection(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            Future<Integer> write = pair.client.write(ByteBuffer.allocate(BLOCK));
            while (!write.cancel(false)) {
                write = pair.client.write(ByteBuffer.allocate(BLOCK));
            }
            final Future<Integer> cancelled = write;
            assertThat(cancelled.isDone()).isTrue();
            assertThat(cancelled.isCancelled()).isTrue();
            assertThatThrownBy(cancelled::get).isInstanceOf(CancellationException.class);
            assertThatThrownBy(() -> pair.client.write(heap("x"))).isExactlyInstanceOf(IllegalStateException.class);
            assertThat(pair.client.isOpen()).isTrue();
            assertThat(pair.server.write(heap("y")).get()).isEqualTo(1);
            assertThat(pair.client.read(ByteBuffer.allocate(1)).get()).as("the other direction").isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCancelThatMayInterruptClosesTheChannel(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final Outcome<Integer> blocked = pair.blockedWrite();
            final Future<Integer> read = pair.client.read(ByteBuffer.allocate(1));
            assertThat(read.cancel(true)).isTrue();
            assertThat(pair.client.isOpen()).isFalse();
            assertThatThrownBy(read::get).isInstanceOf(CancellationException.class);
            assertThat(blocked.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
            assertThat(Outcome.failureOf(pair.client.read(ByteBuffer.allocate(1))))
                    .isExactlyInstanceOf(ClosedChannelException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cancelsOfReadsThatJustStartOrEndLoseNothing(final ChannelPair.Kind kind) throws Exception {
        for (int i = 0; i < 50; i++) {
            try (ChannelPair pair = kind.connect()) {
                final Future<Integer> read = pair.server.read(ByteBuffer.allocateDirect(1));
                final Future<Integer> write = pair.client.write(heap("x"));
                final boolean cancelled = read.cancel(false);
                assertThat(write.get()).isEqualTo(1);
                assertThat(read.isCancelled()).isEqualTo(cancelled);
                if (!cancelled) {
                    assertThat(read.get()).isEqualTo(1);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeEndsWhatIsInFlight(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final Future<Integer> read = pair.client.read(ByteBuffer.allocate(1));
            final Outcome<Integer> write = pair.blockedWrite();
            pair.client.close();
            pair.client.close();
            assertThat(Outcome.failureOf(read)).isExactlyInstanceOf(AsynchronousCloseException.class);
            assertThat(write.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
            final Outcome<Integer> late = new Outcome<>();
            pair.client.write(heap("x"), null, late);
            assertThat(late.failure()).isExactlyInstanceOf(ClosedChannelException.class);
        }
    }
}

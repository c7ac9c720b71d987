package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.Garbage;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.PipeMode;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Deadlines of operations, and the four statuses of an operation that has not succeeded. */
@Timeout(300)
final class OperationDeadlineTest extends CheckedPort {
    /** Far beyond the test's own timeout. */
    private static final Duration AN_HOUR = Duration.ofHours(1);
    /** More than a pipe's buffer takes without a reader. */
    private static final int TOO_MUCH = 1 << 20;

    @Override
    public CompletionPort.Builder settings() {
        return super.settings().operations(20_000);
    }

    @ParameterizedTest
    @EnumSource
    void makesNoDifferenceToWhatIsOverInTime(final PipeMode mode) throws Exception {
        final PipePair pair = PipePair.open(port, recorder, mode);
        final ByteBuffer received = PipePair.buffer("..........");

        pair.server.read(received.clear().limit(8).position(2), AN_HOUR, 1);
        pair.client.write(PipePair.buffer("0123456789").limit(7).position(3), AN_HOUR, 2);

        final Map<Long, Recorder.Completion> completions = recorder.nextByToken(2);
        assertThat(completions.get(1L).status).isZero();
        assertThat(completions.get(1L).bytes).isEqualTo(4);
        assertThat(completions.get(2L).status).isZero();
        assertThat(completions.get(2L).bytes).isEqualTo(4);
        assertThat(PipePair.text(received, 10)).isEqualTo("..3456....");
    }

    @Test
    void endsAReadWithoutData() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        final long id = pair.server.read(ByteBuffer.allocateDirect(10), Duration.ofMillis(20), 1);

        final Recorder.Completion late = recorder.next();

        assertThat(late.status).isEqualTo(Win32Error.TIMEOUT);
        assertThat(late.opcode).isEqualTo(Opcode.READ);
        assertThat(late.token).isEqualTo(1);
        assertThat(late.bytes).isZero();
        assertThat(late.device).isSameAs(pair.server);
        assertThat(pair.server.cancel(id)).as("it is over").isFalse();
        assertThat(pair.server.isOpen()).isTrue();
    }

    @Test
    void endsAWriteWithoutAReader() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.client.write(ByteBuffer.allocateDirect(TOO_MUCH), Duration.ofMillis(20), 1);

        final Recorder.Completion late = recorder.next();

        assertThat(late.status).isEqualTo(Win32Error.TIMEOUT);
        assertThat(late.opcode).isEqualTo(Opcode.WRITE);
    }

    @Test
    void isNoOtherReasonToEnd() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        final PipePair gone = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(1), Duration.ofMillis(20), 1);
        assertThat(recorder.next().status).as("the time was up").isEqualTo(Win32Error.TIMEOUT);

        final long cancelled = pair.server.read(ByteBuffer.allocateDirect(1), AN_HOUR, 2);
        assertThat(pair.server.cancel(cancelled)).isTrue();
        assertThat(recorder.next().status).as("cancelled").isEqualTo(Win32Error.OPERATION_ABORTED);

        pair.server.read(ByteBuffer.allocateDirect(1), AN_HOUR, 3);
        pair.server.cancelAll();
        assertThat(recorder.next().status).as("cancelled with all").isEqualTo(Win32Error.OPERATION_ABORTED);

        gone.server.read(ByteBuffer.allocateDirect(1), AN_HOUR, 4);
        gone.client.close();
        assertThat(recorder.next().status).as("the peer has gone").isEqualTo(Win32Error.BROKEN_PIPE);

        pair.server.read(ByteBuffer.allocateDirect(1), AN_HOUR, 5);
        pair.server.close();
        assertThat(recorder.next().status).as("closed").isEqualTo(Win32Error.HANDLES_CLOSED);
    }

    @Test
    void leavesDeviceAndDataToTheNextOperation() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        final ByteBuffer received = ByteBuffer.allocateDirect(10);
        pair.server.read(received.clear().limit(10), Duration.ofMillis(1), 1);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);

        pair.server.read(received.clear().limit(10), AN_HOUR, 2);
        pair.client.write(PipePair.buffer("hello"), 3);

        assertThat(recorder.nextByToken(2)).allSatisfy((token, done) -> assertThat(done.status).isZero());
        assertThat(PipePair.text(received, 5)).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Integer.MIN_VALUE})
    void liesInTheFuture(final long nanos) throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(1);

        final Duration timeout = Duration.ofNanos(nanos);

        assertThatThrownBy(() -> pair.server.read(buffer, timeout, 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(nanos == 0 ? "zero" : "negative");
        assertThatThrownBy(() -> pair.server.write(buffer, timeout, 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(nanos == 0 ? "zero" : "negative");

        assertThat(port.snapshot().operationsInFlight()).isZero();
    }

    @Test
    void mayLieWeeksAhead() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(1), Duration.ofDays(10_000), 1);
        // If the sum had overflowed into the past, this deadline would pass before one that is set later.
        pair.client.read(ByteBuffer.allocateDirect(1), Duration.ofMillis(1), 2);
        assertThat(recorder.next().token).isEqualTo(2);

        pair.client.write(PipePair.buffer("x"), 3);

        assertThat(recorder.nextByToken(2)).containsOnlyKeys(1L, 3L)
                .allSatisfy((token, done) -> assertThat(done.status).isZero());
    }

    @Test
    void comesWhereWindowsHasNoTimeLeftToCountIt() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);

        // The facade refuses zero; native code takes it for a deadline that has passed.
        assertThat(DeviceNative.read(pair.server.key(), ByteBuffer.allocateDirect(1), 0, 1, 0, 1, 0)).isPositive();
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
    }

    @Test
    void isCheckedAfterTheBuffer() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(10);

        assertThatThrownBy(() -> pair.server.read(ByteBuffer.allocate(1), Duration.ofMillis(1), 0))
                .isInstanceOf(IllegalArgumentException.class);
        pair.server.close(LONG);
        assertThatThrownBy(() -> pair.server.read(buffer, AN_HOUR, 0)).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> pair.server.write(buffer, AN_HOUR, 0)).isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void comesForThousandsAtOnce() throws Exception {
        final int count = 5_000;
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        final Random random = new Random(1);
        final List<WeakReference<ByteBuffer>> buffers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            buffers.add(readIntoBufferThatIsDropped(pair.server, i, 1 + random.nextInt(1_000)));
        }

        assertThat(recorder.nextByToken(count)).hasSize(count)
                .allSatisfy((token, done) -> assertThat(done.status).isEqualTo(Win32Error.TIMEOUT));

        assertThat(port.snapshot().operationsInFlight()).isZero();
        Garbage.awaitCollected(buffers);
    }

    /** Deadline, cancel and data come at the same time; each operation completes once, with one of these results. */
    @Test
    void racesAgainstEverythingElse() throws Exception {
        final int count = 2_000;
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        final Random random = new Random(2);
        int written = 0;
        for (int i = 0; i < count; i++) {
            final long id =
                    pair.server.read(ByteBuffer.allocateDirect(1), Duration.ofMillis(1 + random.nextInt(10)), i);
            final int what = random.nextInt(3);
            if (what == 0) {
                pair.client.write(PipePair.buffer("x"), count + written++);
            } else if (what == 1) {
                pair.server.cancel(id);
            }
        }
        final int started = count + written;

        final Map<Long, Recorder.Completion> completions = recorder.nextByToken(started);

        assertThat(completions).allSatisfy((token, done) -> assertThat(done.status)
                .isIn(token < count
                        ? List.of(Win32Error.SUCCESS, Win32Error.TIMEOUT, Win32Error.OPERATION_ABORTED)
                        : List.of(Win32Error.SUCCESS)));
        assertThat(completions.values().stream().filter(done -> done.opcode == Opcode.READ).mapToInt(done -> done.bytes)
                .sum()).as("what was read").isLessThanOrEqualTo(written);
        assertThat(port.snapshot().operationsInFlight()).isZero();
    }

    @Test
    void keepsNoPortFromClosing() throws Exception {
        final Recorder heard = new Recorder();
        final CompletionPort closing = CompletionPort.open(heard);
        final PipePair pair = PipePair.open(closing, heard, PipeMode.BYTE);
        for (int i = 0; i < 100; i++) {
            pair.server.read(ByteBuffer.allocateDirect(1), AN_HOUR, i);
        }

        assertThat(closing.close(LONG)).isTrue();

        assertThat(heard.nextByToken(100)).allSatisfy((token, done) -> assertThat(done.status)
                .isIn(Win32Error.HANDLES_CLOSED, Win32Error.BROKEN_PIPE));
        assertThat(heard.isEmpty()).isTrue();
    }

    /** A method of its own so that no local variable keeps the buffer. */
    private static WeakReference<ByteBuffer> readIntoBufferThatIsDropped(
            final NamedPipe pipe, final int token, final int milliseconds) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(1);
        pipe.read(buffer.clear().limit(1), Duration.ofMillis(milliseconds), token);
        return new WeakReference<>(buffer);
    }
}

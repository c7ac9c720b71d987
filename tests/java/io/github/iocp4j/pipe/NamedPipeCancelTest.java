package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.PipesOnAPort;
import io.github.iocp4j.fixtures.Recorder;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cancelling the operations of a pipe, and of no other. */
@Timeout(120)
final class NamedPipeCancelTest extends PipesOnAPort {
    @Test
    void cancelsOneOperationAndNoOther() throws Exception {
        final PipePair pair = open(PipeMode.MESSAGE);
        pair.server.read(ByteBuffer.allocateDirect(10), 1);
        final long second = pair.server.read(ByteBuffer.allocateDirect(10), 2);
        pair.server.read(ByteBuffer.allocateDirect(10), 3);

        assertThat(pair.server.cancel(second)).isTrue();
        final Recorder.Completion cancelled = recorder.next();
        assertThat(cancelled.token).isEqualTo(2);
        assertThat(cancelled.status).isEqualTo(Win32Error.OPERATION_ABORTED);
        assertThat(pair.server.cancel(second)).as("it is over").isFalse();

        pair.client.write(PipePair.buffer("a"), 4);
        pair.client.write(PipePair.buffer("b"), 5);
        assertThat(recorder.nextByToken(4)).containsOnlyKeys(1L, 3L, 4L, 5L)
                .allSatisfy((token, completion) -> assertThat(completion.status).isZero());
        close(pair);
    }

    @Test
    void cancelsNoOperationWithAnIdWhoseSlotIsUsedAgain() throws Exception {
        final Recorder heard = new Recorder();
        try (CompletionPort small = CompletionPort.builder(heard).operations(1).open()) {
            final PipePair pair = PipePair.open(small, heard, PipeMode.BYTE);
            final long first = pair.server.read(ByteBuffer.allocateDirect(1), 1);
            assertThat(pair.server.cancel(first)).isTrue();
            assertThat(heard.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);

            final long second = pair.server.read(ByteBuffer.allocateDirect(1), 2);
            assertThat(second & 0xff_ffff).as("the same place").isEqualTo(first & 0xff_ffff);
            assertThat(pair.server.cancel(first)).isFalse();
            pair.server.cancel(first);
            assertThat(small.snapshot().operationsInFlight()).isEqualTo(1);
            assertThat(heard.isEmpty()).isTrue();

            pair.client.close(LONG);
            assertThat(heard.next().status).as("not cancelled").isEqualTo(Win32Error.BROKEN_PIPE);
        }
    }

    @Test
    void cancelsAllOperationsOfItsOwn() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final PipePair other = open(PipeMode.BYTE);
        for (int i = 0; i < 10; i++) {
            pair.server.read(ByteBuffer.allocateDirect(10), i);
        }
        other.server.read(ByteBuffer.allocateDirect(10), 100);

        pair.server.cancelAll();

        assertThat(recorder.nextByToken(10)).doesNotContainKey(100L)
                .allSatisfy((token, done) -> assertThat(done.status).isEqualTo(Win32Error.OPERATION_ABORTED));
        pair.server.cancelAll();
        other.client.write(PipePair.buffer("x"), 101);
        assertThat(recorder.nextByToken(2)).containsOnlyKeys(100L, 101L)
                .allSatisfy((token, done) -> assertThat(done.status).isZero());
        close(pair);
        close(other);
    }

    @Test
    void cancelsOneDirection() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final ByteBuffer much = ByteBuffer.allocateDirect(1 << 20);
        pair.server.read(ByteBuffer.allocateDirect(10), 1);
        pair.server.read(ByteBuffer.allocateDirect(10), 2);
        pair.server.write(much, 3);

        assertThat(pair.server.cancelAll(Opcode.TRANSACT)).as("nothing of that kind").isZero();
        assertThat(pair.server.cancelAll(Opcode.WRITE)).isEqualTo(1);
        final Recorder.Completion cancelled = recorder.next();
        assertThat(cancelled.token).isEqualTo(3);
        assertThat(cancelled.status).isEqualTo(Win32Error.OPERATION_ABORTED);

        pair.server.write(much, 4);
        assertThat(pair.client.cancelAll(Opcode.READ)).as("those of the other end").isZero();
        assertThat(pair.server.cancelAll(Opcode.READ)).isEqualTo(2);
        assertThat(recorder.nextByToken(2)).containsOnlyKeys(1L, 2L)
                .allSatisfy((token, done) -> assertThat(done.status).isEqualTo(Win32Error.OPERATION_ABORTED));
        assertThat(pair.server.cancelAll(Opcode.READ)).as("nothing in flight").isZero();

        close(pair);
        assertThat(recorder.next().token).as("the other direction went on until the end").isEqualTo(4);
        assertThat(pair.server.cancelAll(Opcode.WRITE)).as("closed").isZero();
    }

    @ParameterizedTest
    @EnumSource(value = Opcode.class, names = {"POST", "ACCEPT", "CHANGE"})
    void refusesToCancelWhatNoCallerStarts(final Opcode opcode) throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        assertThatThrownBy(() -> pair.server.cancelAll(opcode)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(opcode.name());
        assertThatThrownBy(() -> pair.server.cancelAll(null)).isInstanceOf(NullPointerException.class);
        close(pair);
    }

    @Test
    void survivesIdsThatAreNotItsOwn() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final PipePair other = open(PipeMode.BYTE);
        final long id = pair.server.read(ByteBuffer.allocateDirect(10), 1);
        final long ofOther = other.server.read(ByteBuffer.allocateDirect(10), 2);

        assertThat(id).isPositive();
        assertThat(ofOther).isPositive().isNotEqualTo(id);
        assertThat(pair.server.cancel(ofOther)).as("an operation of another device").isFalse();
        assertThat(pair.client.cancel(id)).as("an operation of the other end").isFalse();
        for (final long wrong : new long[] {0, 1, -id, ~id, id + 1, id - 1, id + (1L << 24), Long.MAX_VALUE,
            Long.MIN_VALUE, pair.server.key()}) {
            if (wrong != ofOther) {
                assertThat(pair.server.cancel(wrong)).as("cancel %x", wrong).isFalse();
            }
        }
        pair.client.write(PipePair.buffer("x"), 3);
        other.client.write(PipePair.buffer("x"), 4);

        assertThat(recorder.nextByToken(4)).allSatisfy((token, done) -> assertThat(done.status).isZero());
        close(pair);
        close(other);
    }
}

package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.internal.RecordLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that native code has left in a worker's memory, as Java reads them. */
final class CompletionBatchTest {
    private final ByteBuffer memory = ByteBuffer.allocateDirect(4 * RecordLayout.RECORD_LENGTH);
    private final CompletionBatch batch = new CompletionBatch(null, 3, memory);

    @Test
    void readsEveryFieldOfEveryRecord() {
        put(0, 0x7edc_ba98_7654_3210L, -2, 0x89ab_cdef, Win32Error.MORE_DATA, Opcode.READ);
        put(1, -1, Long.MIN_VALUE, 17, Win32Error.SUCCESS, Opcode.POST);
        batch.fill(2);

        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.worker()).isEqualTo(3);
        assertThat(batch.key(0)).isEqualTo(0x7edc_ba98_7654_3210L);
        assertThat(batch.token(0)).isEqualTo(-2);
        assertThat(batch.bytes(0)).isEqualTo(0x89ab_cdef);
        assertThat(batch.status(0)).isEqualTo(Win32Error.MORE_DATA);
        assertThat(batch.opcode(0)).isEqualTo(Opcode.READ);
        assertThat(batch.key(1)).isEqualTo(-1);
        assertThat(batch.token(1)).isEqualTo(Long.MIN_VALUE);
        assertThat(batch.bytes(1)).isEqualTo(17);
        assertThat(batch.status(1)).isZero();
        assertThat(batch.opcode(1)).isEqualTo(Opcode.POST);
    }

    @Test
    void knowsEveryOpcode() {
        for (final Opcode opcode : Opcode.values()) {
            put(0, 1, 0, 0, 0, opcode);
            batch.fill(1);

            assertThat(batch.opcode(0)).isEqualTo(opcode);
        }
    }

    @Test
    void hasNoDeviceForAPost() {
        put(0, 42, 0, 0, 0, Opcode.POST);
        batch.fill(1);

        assertThat(batch.device(0)).isNull();
    }

    @Test
    void hasNoErrorOfASuccess() {
        put(0, 1, 0, 0, Win32Error.SUCCESS, Opcode.READ);
        batch.fill(1);

        assertThat(batch.error(0)).isNull();
    }

    @Test
    void showsEachCompletionByTheSameCursor() {
        put(0, 1, 5, 0, 0, Opcode.POST);
        put(1, 1, 6, 0, Win32Error.TIMEOUT, Opcode.POST);
        batch.fill(2);

        final Completion first = batch.completion(0);
        assertThat(first.token()).isEqualTo(5);
        assertThat(first.toString()).isEqualTo("POST, token 5: 0 bytes");
        assertThat(batch.completion(1)).isSameAs(first);
        assertThat(first.token()).isEqualTo(6);
        assertThat(first.toString()).isEqualTo("POST, token 6: ERROR_TIMEOUT");
        batch.clear();
        assertThatThrownBy(first::token).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(first.toString()).isEqualTo("completion that is over");
    }

    @Test
    void noOtherDeviceEndsWithNoBytes() {
        for (final DeviceKind kind : DeviceKind.values()) {
            put(0, 1, 0, 0, Win32Error.SUCCESS, Opcode.READ);
            memory.putShort(RecordLayout.KIND_OFFSET, (short) kind.code());
            batch.fill(1);
            assertThat(batch.isEnd(0)).as("%s", kind).isEqualTo(kind == DeviceKind.STREAM_SOCKET);
        }
    }

    @Test
    void onlyReadsMeetAnEnd() {
        for (final Opcode opcode : Opcode.values()) {
            put(0, 1, 0, 0, Win32Error.BROKEN_PIPE, opcode);
            batch.fill(1);
            assertThat(batch.isEnd(0)).as("%s", opcode).isEqualTo(opcode == Opcode.READ || opcode == Opcode.TRANSACT);
            assertThat(batch.isAborted(0)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2, 3, 4, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 27})
    void refusesWhatIsNotInTheBatch(final int index) {
        put(0, 1, 0, 0, 0, Opcode.POST);
        put(1, 1, 0, 0, 0, Opcode.POST);
        batch.fill(2);

        assertThatThrownBy(() -> batch.key(index)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> batch.opcode(index)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> batch.device(index)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void refusesEverythingOnceItIsOver() {
        put(0, 1, 0, 0, 0, Opcode.POST);
        batch.fill(1);
        batch.clear();

        assertThat(batch.size()).isZero();
        assertThatThrownBy(() -> batch.token(0))
                .isInstanceOf(IndexOutOfBoundsException.class).hasMessageContaining("its listener has returned");
        assertThatThrownBy(() -> batch.bytes(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> batch.status(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> batch.error(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private void put(
            final int index, final long key, final long token, final int bytes, final int status, final Opcode opcode) {
        final int at = index * RecordLayout.RECORD_LENGTH;
        memory.order(ByteOrder.LITTLE_ENDIAN)
                .putLong(at + RecordLayout.KEY_OFFSET, key)
                .putLong(at + RecordLayout.TOKEN_OFFSET, token)
                .putInt(at + RecordLayout.BYTES_OFFSET, bytes)
                .putInt(at + RecordLayout.STATUS_OFFSET, status)
                .putShort(at + RecordLayout.OPCODE_OFFSET, (short) opcode.code());
    }
}

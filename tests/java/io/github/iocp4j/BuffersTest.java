package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Buffers are checked before the kernel sees their address. */
final class BuffersTest {
    private final ByteBuffer direct = ByteBuffer.allocateDirect(100).limit(80).position(20);

    @ParameterizedTest
    @CsvSource({"0,80", "0,0", "80,0", "79,1", "20,60"})
    void anyRangeUpToTheLimitWill(final int offset, final int length) {
        assertThatCode(() -> Buffers.checkReadInto(direct, offset, length)).doesNotThrowAnyException();
        assertThatCode(() -> Buffers.checkWriteFrom(direct, offset, length)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "0,81", "81,0", "80,1", "-1,1", "1,-1", "-1,-1", "-2147483648,0", "0,-2147483648", "2147483647,1",
        "1,2147483647", "2147483647,2147483647", "-2147483648,-2147483648"})
    void anyOtherRangeIsRefused(final int offset, final int length) {
        assertThatThrownBy(() -> Buffers.checkReadInto(direct, offset, length))
                .isInstanceOf(IndexOutOfBoundsException.class).hasMessageContaining("80");
        assertThatThrownBy(() -> Buffers.checkWriteFrom(direct, offset, length))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void heapBuffersAreRefused() {
        final ByteBuffer heap = ByteBuffer.allocate(10);

        assertThatThrownBy(() -> Buffers.checkReadInto(heap, 0, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("allocateDirect");
        assertThatThrownBy(() -> Buffers.checkWriteFrom(heap, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readOnlyBuffersCanOnlyBeWrittenFrom() {
        final ByteBuffer readOnly = direct.asReadOnlyBuffer();

        assertThatThrownBy(() -> Buffers.checkReadInto(readOnly, 0, 1)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatCode(() -> Buffers.checkWriteFrom(readOnly, 0, 1)).doesNotThrowAnyException();
    }

    @Test
    void noBufferIsRefused() {
        assertThatThrownBy(() -> Buffers.checkWriteFrom(null, 0, 1))
                .isInstanceOf(NullPointerException.class).hasMessage("buffer");
    }
}

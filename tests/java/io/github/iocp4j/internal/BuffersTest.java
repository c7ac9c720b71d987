package io.github.iocp4j.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

/** Buffers are checked before the kernel sees their address. */
final class BuffersTest {
    private final ByteBuffer direct = ByteBuffer.allocateDirect(100);

    @Test
    void directBuffersWill() {
        assertThatCode(() -> Buffers.checkReadInto(direct)).doesNotThrowAnyException();
        assertThatCode(() -> Buffers.checkDirect(direct)).doesNotThrowAnyException();
    }

    @Test
    void heapBuffersAreRefused() {
        final ByteBuffer heap = ByteBuffer.allocate(10);

        assertThatThrownBy(() -> Buffers.checkReadInto(heap))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("allocateDirect");
        assertThatThrownBy(() -> Buffers.checkDirect(heap)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readOnlyBuffersCanOnlyBeWrittenFrom() {
        final ByteBuffer readOnly = direct.asReadOnlyBuffer();

        assertThatThrownBy(() -> Buffers.checkReadInto(readOnly)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatCode(() -> Buffers.checkDirect(readOnly)).doesNotThrowAnyException();
    }

    @Test
    void noBufferIsRefused() {
        assertThatThrownBy(() -> Buffers.checkDirect(null))
                .isInstanceOf(NullPointerException.class).hasMessage("buffer");
    }
}

package io.github.iocp4j.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.fixtures.FilesOnAPort;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files without Windows' cache: alignment, and pages in several buffers. */
@Timeout(120)
final class UnbufferedFileTest extends FilesOnAPort {
    private static final int PAGE = FileSegments.PAGE;

    @Test
    void unbufferedFilesNameTheAlignment() throws Exception {
        try (OverlappedFile file = writable().unbuffered().open()) {
            final int unit = file.alignment();
            assertThat(unit).isGreaterThanOrEqualTo(512);
            final String wanted = "multiples of " + unit;
            final ByteBuffer buffer = file.allocate(2 * unit);
            assertThat(buffer.capacity()).isEqualTo(2 * unit);
            assertThatIllegalArgumentException().isThrownBy(() -> file.allocate(unit + 1))
                    .withMessageContaining(wanted).withMessageEndingWith("the capacity is " + (unit + 1));
            assertThatIllegalArgumentException().isThrownBy(() -> file.allocate(-1))
                    .withMessageContaining("capacity is -1");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.read(buffer.clear().limit(unit), FilePosition.at(1), 0))
                    .withMessageContaining(wanted).withMessageEndingWith("the position is 1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.write(buffer.clear().limit(unit - 1), FilePosition.at(0), 0))
                    .withMessageContaining(wanted).withMessageEndingWith("the length is " + (unit - 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.write(buffer.clear().limit(1 + unit).position(1), FilePosition.at(0), 0))
                    .withMessageContaining(wanted).withMessageContaining("address at position 1 is 1 bytes beyond");
            assertThatIllegalArgumentException().isThrownBy(() -> file.append(buffer.clear().limit(1), 0))
                    .withMessageContaining(wanted);

            file.write(buffer.clear().limit(unit + unit).position(unit), FilePosition.at(unit), 1);
            recorder.nextSuccess(Opcode.WRITE);
            file.setSize(unit + 5L);
            file.read(buffer.clear().limit(unit), FilePosition.at(unit), 1);
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).as("the exact tail").isEqualTo(5);
        }
        try (OverlappedFile file = create()) {
            assertThat(file.alignment()).isEqualTo(1);
        }
    }

    @Test
    void scattersAndGathersPages() throws Exception {
        final ByteBuffer memory = ByteBuffer.allocateDirect(5 * PAGE).alignedSlice(PAGE);
        for (int page = 0; page < 4; page++) {
            memory.put(page * PAGE, (byte) ('a' + page));
        }
        final FileSegments from = FileSegments.of(slice(memory, 2, 1), slice(memory, 0, 2));
        final FileSegments into = FileSegments.of(slice(memory, 1, 1), slice(memory, 3, 1), slice(memory, 0, 1));
        assertThat(from.length()).isEqualTo(3 * PAGE);
        try (OverlappedFile file = writable().unbuffered().open()) {
            file.writeGather(from, FilePosition.at(PAGE), 1);
            assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(3 * PAGE);
            file.readScatter(into, FilePosition.at(PAGE), 2);
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(3 * PAGE);

            assertThat(new char[] {(char) memory.get(PAGE), (char) memory.get(3 * PAGE), (char) memory.get(0)})
                    .containsExactly('c', 'a', 'b');
            file.readScatter(into, FilePosition.at(4 * PAGE), 3);
            assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLE_EOF);
            assertThatIllegalArgumentException().isThrownBy(() -> file.readScatter(into, FilePosition.at(1), 2));
        }
        try (OverlappedFile file = create()) {
            assertThatThrownBy(() -> file.writeGather(from, FilePosition.at(0), 1))
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("unbuffered");
        }
    }

    private static ByteBuffer slice(final ByteBuffer memory, final int page, final int pages) {
        return memory.duplicate().position(page * PAGE).limit((page + pages) * PAGE);
    }

    @Test
    void segmentsAreWholePages() {
        final ByteBuffer memory = ByteBuffer.allocateDirect(4 * PAGE).alignedSlice(PAGE);

        assertThatIllegalArgumentException().isThrownBy(() -> FileSegments.of())
                .withMessageContaining("0 bytes together");
        assertThatIllegalArgumentException().isThrownBy(() -> FileSegments.of(ByteBuffer.allocate(PAGE)))
                .withMessageContaining("Java heap");
        assertThatIllegalArgumentException().isThrownBy(() -> FileSegments.of(memory.duplicate().limit(PAGE + 1)))
                .withMessageContaining("Segment 0 has 4097 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> FileSegments.of(memory.duplicate().limit(0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FileSegments.of(slice(memory, 0, 1), memory.duplicate().position(8).limit(8 + PAGE)))
                .withMessageContaining("Segment 1 begins 8 bytes behind a multiple of 4096");
        assertThatThrownBy(() -> FileSegments.of(slice(memory, 0, 1).asReadOnlyBuffer()))
                .isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> FileSegments.of((ByteBuffer) null)).isInstanceOf(NullPointerException.class);
    }
}

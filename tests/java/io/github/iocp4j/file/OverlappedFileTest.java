package io.github.iocp4j.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.fixtures.FilesOnAPort;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder.Completion;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.FileNative;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reading and writing a file at positions, and what is refused. */
@Timeout(120)
final class OverlappedFileTest extends FilesOnAPort {
    private static final long GIB = 1L << 30;
    private static final int PAGE = FileSegments.PAGE;

    @Test
    void refusesWhatItIsNotOpenFor() throws Exception {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(1);
        final Path path = Files.createFile(folder.resolve("rights"));
        try (OverlappedFile file = OverlappedFile.builder(port, path).read().open()) {
            assertThatThrownBy(() -> file.write(buffer, FilePosition.at(0), 0))
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("open for reading only");
            assertThatThrownBy(() -> file.append(buffer, 0))
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("open for reading only");
        }
        try (OverlappedFile file = OverlappedFile.builder(port, path).write().open()) {
            assertThatThrownBy(() -> file.read(buffer, FilePosition.at(0), 0))
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("not open for reading");
        }
    }

    @Test
    void writesAndReadsAtPositions() throws Exception {
        try (OverlappedFile file = create()) {
            final Completion completion = write(file, "hello", 3);

            assertThat(completion.bytes).isEqualTo(5);
            assertThat(completion.device).isSameAs(file);
            assertThat(read(file, 4, 100)).isEqualTo("ello");
            assertThat(file.size()).isEqualTo(8);
        }
        assertThat(Files.readString(path)).isEqualTo("\0\0\0hello");
    }

    @Test
    void usesTheBufferFromPositionToLimit() throws Exception {
        try (OverlappedFile file = create()) {
            file.write(PipePair.buffer("abcdef").clear().limit(5).position(2), FilePosition.at(0), 1);
            recorder.nextSuccess(Opcode.WRITE);
            final ByteBuffer buffer = PipePair.buffer("......");
            file.read(buffer.clear().limit(5).position(1), FilePosition.at(0), 2);

            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(3);
            assertThat(PipePair.text(buffer, 6)).isEqualTo(".cde..");
        }
    }

    @Test
    void positionsGoBeyondFourGiB() throws Exception {
        try (OverlappedFile file = create()) {
            file.setSparse();
            write(file, "low", 10);
            write(file, "high", 4 * GIB + 10);
            write(file, "across", 4 * GIB - 3);

            assertThat(file.size()).isEqualTo(4 * GIB + 14);
            assertThat(read(file, 4 * GIB + 10, 9)).isEqualTo("high");
            assertThat(read(file, 10, 3)).isEqualTo("low");
            assertThat(read(file, 4 * GIB - 3, 6)).isEqualTo("across");
            assertThat(read(file, 3 * GIB, 2)).isEqualTo("\0\0");
        }
    }

    @Test
    void manyRequestsAreInFlightAtOnce() throws Exception {
        final int count = 300;
        final List<ByteBuffer> buffers = new ArrayList<>();
        try (OverlappedFile file = create()) {
            for (int i = 0; i < count; i++) {
                buffers.add(ByteBuffer.allocateDirect(8).putLong(0, i * 31L));
                file.write(buffers.get(i), FilePosition.at(8L * (count - 1 - i)), i);
            }
            assertThat(recorder.nextByToken(count)).hasSize(count).allSatisfy((token, done) -> {
                assertThat(done.status).isZero();
                assertThat(done.bytes).isEqualTo(8);
            });
            for (int i = 0; i < count; i++) {
                file.read(buffers.get(i), FilePosition.at(8L * i), i);
            }
            recorder.nextByToken(count);
        }
        for (int i = 0; i < count; i++) {
            assertThat(buffers.get(i).getLong(0)).isEqualTo((count - 1 - i) * 31L);
        }
    }

    @Test
    void theEndOfTheFileHasOneAnswer() throws Exception {
        try (OverlappedFile file = create()) {
            write(file, "12345", 0);
            final ByteBuffer buffer = ByteBuffer.allocateDirect(10);

            assertThat(read(file, 3, 10)).isEqualTo("45");
            for (final long position : new long[] {5, 6, 5 * GIB, Long.MAX_VALUE / 2 - 10}) {
                file.read(buffer.clear().limit(10), FilePosition.at(position), position);
                final Completion end = recorder.next();
                assertThat(end.status).as(end.toString()).isEqualTo(Win32Error.HANDLE_EOF);
                assertThat(end.bytes).isZero();
            }
            file.read(buffer.clear().limit(0), FilePosition.at(5), 1);
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isZero();
        }
    }

    @Test
    void appendsWhereTheEndIs() throws Exception {
        try (OverlappedFile file = create()) {
            write(file, "one", 0);
            file.append(PipePair.buffer("two"), 1);
            recorder.nextSuccess(Opcode.WRITE);
        }
        try (OverlappedFile file = OverlappedFile.builder(port, path).append().open()) {
            file.append(PipePair.buffer("three"), 1);
            recorder.nextSuccess(Opcode.WRITE);

            assertThatThrownBy(() -> file.write(PipePair.buffer("x"), FilePosition.at(0), 1))
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("use append()");
        }
        assertThat(Files.readString(path)).isEqualTo("onetwothree");
    }

    @Test
    void closingLetsEverythingInFlightComplete() throws Exception {
        final int count = 100;
        final ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);
        final OverlappedFile file = create();
        for (int i = 0; i < count; i++) {
            file.write(buffer.clear(), FilePosition.at((long) i * buffer.capacity()), i);
        }
        file.close();
        final Map<Long, Completion> completions = recorder.nextByToken(count);
        assertThat(completions.values().stream().map(completion -> completion.status).collect(Collectors.toSet()))
                .isSubsetOf(Win32Error.SUCCESS, Win32Error.HANDLES_CLOSED);
    }

    @Test
    void aDeadlineThatIsNotReachedChangesNothing() throws Exception {
        try (OverlappedFile file = create()) {
            file.write(PipePair.buffer("x"), FilePosition.at(0), Duration.ofMillis(60_000), 1);
            recorder.nextSuccess(Opcode.WRITE);
            file.read(ByteBuffer.allocateDirect(1), FilePosition.at(0), Duration.ofMillis(60_000), 2);
            recorder.nextSuccess(Opcode.READ);
            file.lock(FileRange.from(0).length(1), LockMode.EXCLUSIVE, Duration.ofMillis(60_000), 3);
            recorder.nextSuccess(Opcode.LOCK);
        }
    }

    @Test
    void badCallsAreRefusedByName() throws Exception {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(10);
        try (OverlappedFile file = create()) {
            assertThatIllegalArgumentException().isThrownBy(() -> FilePosition.at(-1))
                    .withMessageContaining("position is -1");
            assertThatIllegalArgumentException().isThrownBy(() -> FilePosition.at(0).moveTo(Long.MIN_VALUE));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.write(buffer.clear().limit(10), FilePosition.at(Long.MAX_VALUE - 9), 0))
                    .withMessageContaining("go beyond 2^63 - 1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.read(ByteBuffer.allocate(1), FilePosition.at(0), 0))
                    .withMessageContaining("Java heap");
            assertThatThrownBy(() -> file.read(buffer.asReadOnlyBuffer(), FilePosition.at(0), 0))
                    .isInstanceOf(ReadOnlyBufferException.class).hasMessageContaining("DirectByteBufferR[pos=0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.read(buffer, FilePosition.at(0), Duration.ZERO, 0))
                    .withMessageContaining("deadline");
            assertThatIllegalArgumentException().isThrownBy(() -> FileRange.from(0).length(-1))
                    .withMessageContaining("The length is -1");
            assertThatIllegalArgumentException().isThrownBy(() -> FileRange.from(-5)).withMessageContaining("-5");
            assertThatIllegalArgumentException().isThrownBy(() -> FileRange.from(2).length(Long.MAX_VALUE));
            assertThatIllegalArgumentException().isThrownBy(() -> file.setSize(-1)).withMessageContaining("-1");
        }
    }

    @Test
    void aClosedFileTakesNothing() throws Exception {
        final OverlappedFile file = create();
        final OverlappedFile other = OverlappedFile.open(port, Files.createFile(folder.resolve("other")));
        file.close();
        final ByteBuffer buffer = ByteBuffer.allocateDirect(10);

        assertThat(file.isOpen()).isFalse();
        final FilePosition start = FilePosition.at(0);
        assertThatThrownBy(() -> file.read(buffer, start, 0)).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> file.write(buffer, start, 0)).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> file.tryLock(FileRange.from(0), LockMode.EXCLUSIVE, 0))
                .isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(file::size).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(file::flush).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> file.setSize(1)).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> other.copyMetadataFrom(file)).isInstanceOf(DeviceClosedException.class);
        other.close();
    }

    @Test
    void nativeCodeKnowsFilesFromOtherDevices() throws Exception {
        final PipePair pipes = PipePair.open(port, recorder, PipeMode.BYTE);
        final long pipe = pipes.client.key();
        final long wrong = -(long) EngineError.WRONG_DEVICE.code();

        assertThat(FileNative.size(pipe)).isEqualTo(wrong);
        assertThat(FileNative.alignment(pipe)).isEqualTo(wrong);
        assertThat(FileNative.setSize(pipe, 1)).isEqualTo(wrong);
        assertThat(FileNative.lock(pipe, 0, 1, true, true, 0, -1)).isEqualTo(wrong);
        assertThat(FileNative.readScatter(pipe, null, 0, 0, -1)).isEqualTo(wrong);
        try (OverlappedFile file = create()) {
            assertThat(FileNative.copyMetadata(pipe, file.key())).isEqualTo(wrong);
            assertThat(FileNative.copyMetadata(file.key(), pipe)).isEqualTo(wrong);
            for (final ByteBuffer[] segments : new ByteBuffer[][] {null, {}, {null}, {ByteBuffer.allocate(PAGE)},
                {ByteBuffer.allocateDirect(PAGE + 1)}, {ByteBuffer.allocateDirect(0)}}) {
                assertThat(FileNative.readScatter(file.key(), segments, 0, 0, -1))
                        .isEqualTo(-(long) EngineError.BAD_BUFFER.code());
            }
        }
        for (final int[] numbers : new int[][] {{1, 0, 3, 0}, {0, 8, 3, 0}, {0, 0, 0, 0}, {0, 0, 6, 0},
            {0, 0, 3, 0x4000_0000}, {-1, -1, -1, -1}}) {
            assertThat(FileNative.open(PortAccess.get().id(
                    port), path.toString(), numbers[0], numbers[1], numbers[2], numbers[3]))
                    .isEqualTo(-(long) Win32Error.INVALID_PARAMETER);
        }
        assertThat(FileNative.open(PortAccess.get().id(port), null, 0, 0, 3, 0)).isNegative();
        assertThat(FileNative.open(42, path.toString(), 0, 0, 3, 0)).isEqualTo(-(long) EngineError.PORT_CLOSED.code());
    }
}

package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.file.FileSegments;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.FileNative;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The native methods of files with arguments that the facade never passes: native code reads and writes nothing outside
 * the buffers, each accepted operation completes once, and the JVM survives.
 */
@Timeout(120)
final class HostileFileCallsTest extends CheckedPort {
    private static final int PAGE = FileSegments.PAGE;
    private static final int ROOM = 4 * PAGE;
    private static final byte CANARY = (byte) 0xEE;
    private static final int READ_WRITE = 0xC000_0000;
    private static final int OPEN_ALWAYS = 4;
    private static final int OPTIONS = 1 + 2 + 4;
    private static final int CALLS = 2_000;

    private static final long[] NUMBERS = {
        0, 1, -1, 2, 3, 511, 512, PAGE - 1, PAGE, PAGE + 1, ROOM, ROOM + 1, 1 << 24, 1 << 30, 1L << 31, 1L << 32,
        1L << 40, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE
    };

    @TempDir
    private Path folder;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(ROOM + 3 * PAGE).alignedSlice(PAGE);
    private final ByteBuffer between = part(PAGE, ROOM / 2);
    private OverlappedFile file;
    private OverlappedFile unbuffered;

    @BeforeEach
    void open() throws Exception {
        for (int i = 0; i < memory.capacity(); i++) {
            memory.put(i, CANARY);
        }
        final Path path = Files.write(folder.resolve("file"), new byte[ROOM]);
        file = OverlappedFile.builder(port, path).read().write().open();
        final Path other = Files.write(folder.resolve("other"), new byte[ROOM]);
        unbuffered = OverlappedFile.builder(port, other).read().write().unbuffered().open();
    }

    private ByteBuffer part(final int from, final int length) {
        return memory.duplicate().position(from).limit(from + length).slice();
    }

    private void assertNothingOutsideWasWritten() {
        for (int i = 0; i < memory.capacity(); i++) {
            if (i < PAGE || i >= PAGE + ROOM / 2) {
                assertThat(memory.get(i)).as("byte %d", i).isEqualTo(CANARY);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomRangesAndPositionsHarmNothing(final long seed) throws Exception {
        final Random random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < CALLS; i++) {
            final int offset = (int) NUMBERS[random.nextInt(NUMBERS.length)];
            final int length = (int) NUMBERS[random.nextInt(NUMBERS.length)];
            final long position = NUMBERS[random.nextInt(NUMBERS.length)];
            final long key = (random.nextBoolean() ? file : unbuffered).key();
            final long answer = random.nextInt(4) > 0
                    ? DeviceNative.read(key, between, offset, length, position, i, -1)
                    // Not far away: there may be file systems that take it, and fill up.
                    : DeviceNative.write(key, between, offset, length, position & (ROOM - 1), i, -1);
            final boolean inside = offset >= 0 && length >= 0 && (long) offset + length <= between.capacity();
            assertThat(answer > 0).as("offset %d, length %d", offset, length).isEqualTo(inside);
            if (inside) {
                assertThat(recorder.next().token).isEqualTo(i);
                accepted++;
            } else {
                assertThat(answer).isEqualTo(-EngineError.BAD_BUFFER.code());
            }
        }
        assertThat(accepted).isPositive().isLessThan(CALLS);
        assertNothingOutsideWasWritten();
    }

    @Test
    void badSegmentsAreErrors() {
        final ByteBuffer page = part(PAGE, PAGE);
        final ByteBuffer[][] lists = {
            null, {}, {null}, {page, null}, {ByteBuffer.allocate(PAGE)}, {part(PAGE + 1, PAGE)}, {part(PAGE, PAGE - 1)},
            {part(PAGE, 0)}, {page, part(2 * PAGE, 17)}
        };
        for (final ByteBuffer[] list : lists) {
            assertThat(FileNative.readScatter(unbuffered.key(), list, 0, 1, -1)).as("%s", (Object) list)
                    .isEqualTo(-EngineError.BAD_BUFFER.code());
            assertThat(FileNative.writeGather(unbuffered.key(), list, 0, 1, -1)).as("%s", (Object) list)
                    .isEqualTo(-EngineError.BAD_BUFFER.code());
        }
        assertNothingOutsideWasWritten();
    }

    @Test
    void anyNumbersAreAnsweredAndCompleteOnce() throws Exception {
        for (final long number : NUMBERS) {
            for (final long other : NUMBERS) {
                final long locked = FileNative.lock(file.key(), number, other, true, true, 7, -1);
                assertThat(locked).as("an accepted operation, whatever becomes of it").isPositive();
                if (recorder.next().status == Win32Error.SUCCESS) {
                    FileNative.unlock(file.key(), number, other);
                }
            }
            for (final long other : NUMBERS) {
                if (FileNative.tryLock(file.key(), number, other, true) == 0) {
                    FileNative.unlock(file.key(), number, other);
                }
            }
            if (number < 0 || number > 1L << 40) {
                assertThat(FileNative.setSize(file.key(), number)).as("size %d", number).isNegative();
            }
        }
        assertThat(FileNative.size(file.key())).as("no bad size has stuck").isEqualTo(ROOM);
        assertThat(FileNative.identity(file.key(), new long[2])).isEqualTo(-Win32Error.INVALID_PARAMETER);
        assertThat(FileNative.identity(file.key(), null)).isEqualTo(-Win32Error.INVALID_PARAMETER);
    }

    @Test
    void badOptionsAreErrors() {
        final String path = folder.resolve("new").toString();
        for (int bit = 0; bit < 32; bit++) {
            final int option = 1 << bit;
            if ((option & OPTIONS) == 0) {
                assertThat(FileNative.open(port.id(), path, READ_WRITE, option, OPEN_ALWAYS, 0))
                        .isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            if (option < 0 || option == 1 || option == 0x4000_0000 || option == 0x0100_0000) {
                continue;
            }
            if ((option & (READ_WRITE | 4)) == 0) {
                assertThat(FileNative.open(port.id(), path, option, 0, OPEN_ALWAYS, 0)).as("access %x", option)
                        .isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
        }
        for (final int disposition : new int[] {0, -1, 6, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThat(FileNative.open(port.id(), path, READ_WRITE, 0, disposition, 0))
                    .isEqualTo(-Win32Error.INVALID_PARAMETER);
        }
        for (final String name : new String[] {null, "", "\0", "a\0b", "\\\\.\\pipe\\nobody", "NUL", "con"}) {
            assertThat(FileNative.open(port.id(), name, READ_WRITE, 0, OPEN_ALWAYS, 0)).as("%s", name).isNegative();
        }
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void otherKindsOfDevicesAreRefused() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        final ByteBuffer[] segments = {part(PAGE, PAGE)};
        final long pipe = pair.client.key();
        assertThat(answers(pipe, segments)).containsOnly(-EngineError.WRONG_DEVICE.code());
        assertThat(FileNative.copyMetadata(file.key(), pipe)).isEqualTo(-EngineError.WRONG_DEVICE.code());
        for (final long key : new long[] {0, -1, port.id(), Long.MAX_VALUE, file.key() + (1L << 32)}) {
            assertThat(answers(key, segments)).as("key %x", key).containsOnly(-EngineError.DEVICE_CLOSED.code());
            assertThat(DeviceNative.completeInline(key)).isEqualTo(-EngineError.DEVICE_CLOSED.code());
            assertThat(FileNative.copyMetadata(file.key(), key)).isEqualTo(-EngineError.DEVICE_CLOSED.code());
        }
        assertThat(FileNative.open(file.key(), folder.resolve("x").toString(), READ_WRITE, 0, OPEN_ALWAYS, 0))
                .isEqualTo(-EngineError.PORT_CLOSED.code());
    }

    private static long[] answers(final long key, final ByteBuffer[] segments) {
        return LongStream.of(FileNative.alignment(key), FileNative.readScatter(key, segments, 0, 0, -1),
                FileNative.writeGather(key, segments, 0, 0, -1), FileNative.lock(key, 0, 1, true, true, 0, -1),
                FileNative.tryLock(key, 0, 1, true), FileNative.unlock(key, 0, 1),
                FileNative.identity(key, new long[3]), FileNative.identity(key, null), FileNative.size(key),
                FileNative.setSize(key, 1), FileNative.flush(key),
                FileNative.setSparse(key), FileNative.setCompressed(key, true), FileNative.copyMetadata(key, key))
                .toArray();
    }
}

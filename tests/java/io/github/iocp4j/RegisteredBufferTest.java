package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.Garbage;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.RegisteredBufferNative;
import io.github.iocp4j.pipe.PipeMode;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Registered memory: operations behave like those with other buffers, and the memory outlives them. */
@Timeout(300)
final class RegisteredBufferTest extends CheckedPort {
    private static final int SIZE = 4_096;
    private static final Duration SHORT = Duration.ofMillis(50);

    private PipePair pair;

    @BeforeEach
    void openPair() throws Exception {
        pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
    }

    @Test
    void carriesBytesFromOneOfItsPartsToAnother() throws Exception {
        try (RegisteredBuffer memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE))) {
            put(memory, 100, "hello");
            // Operations ignore these.
            memory.buffer().position(7).limit(9);
            final RegisteredSlice target = memory.slice(1_990, 100);
            target.buffer().position(10).limit(60);

            pair.server.readInto(target, 1);
            pair.client.writeFrom(memory.slice(100, 5), 2);
            // Operations ignore changes after their start.
            target.buffer().clear();

            assertThat(recorder.nextByToken(2)).allSatisfy((token, done) -> {
                assertThat(done.status).isZero();
                assertThat(done.bytes).isEqualTo(5);
            });
            assertThat(text(memory, 1_999, 7)).isEqualTo("\0hello\0");
            assertThat(memory.capacity()).isEqualTo(SIZE);
            assertThat(memory.buffer().position()).isEqualTo(7);
        }
    }

    @Test
    void carriesBytesOfAFile(@TempDir final Path folder) throws Exception {
        final Path path = Files.writeString(folder.resolve("file"), "0123456789");
        try (RegisteredBuffer memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE));
                OverlappedFile file = OverlappedFile.builder(port, path).read().write().open()) {
            file.readInto(memory.slice(10, 4), FilePosition.at(3), 1);
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(4);
            assertThat(text(memory, 10, 4)).isEqualTo("3456");

            put(memory, 0, "ab");
            file.writeFrom(memory.slice(0, 2), FilePosition.at(8), LONG, 2);
            assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(2);
            file.readInto(memory.slice(20, 100), FilePosition.at(0), LONG, 3);
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(10);
            assertThat(text(memory, 20, 10)).isEqualTo("01234567ab");
        }
    }

    @Test
    void completesInline() throws Exception {
        try (RegisteredBuffer memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE))) {
            pair.server.completeInline();
            pair.client.completeInline();
            for (int i = 0; i < 1_000; i++) {
                put(memory, 0, "round " + i % 10);
                assertThat(moved(pair.client.writeFrom(memory.slice(0, 7), i), Opcode.WRITE)).isEqualTo(7);
                assertThat(moved(pair.server.readInto(memory.slice(1_000, SIZE - 1_000), i), Opcode.READ)).isEqualTo(7);
                assertThat(text(memory, 1_000, 7)).isEqualTo("round " + i % 10);
            }
        }
    }

    @Test
    void survivesOperationsThatFail() throws Exception {
        try (RegisteredBuffer memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE))) {
            pair.client.close();
            pair.server.readInto(memory.slice(0, 10), 1);
            assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
            pair.server.writeFrom(memory.slice(0, 10), 2);
            assertThat(recorder.next().status).isNotZero();
        }
    }

    @Test
    void servesOperationsThatAreCancelledOrTooLateOrWhoseDeviceCloses() throws Exception {
        try (RegisteredBuffer memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE))) {
            assertThat(pair.server.cancel(pair.server.readInto(memory.slice(0, 10), 1))).isTrue();
            assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
            pair.server.readInto(memory.slice(0, 10), SHORT, 2);
            assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
            pair.server.readInto(memory.slice(0, 10), 3);
            pair.server.close();
            assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        }
    }

    @Test
    void staysForAnOperationInFlightWhenItIsClosed() throws Exception {
        final RegisteredBuffer memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE));
        pair.server.readInto(memory.slice(3, 10), 1);

        memory.close();
        memory.close();

        assertThat(memory.isOpen()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> pair.server.readInto(memory.slice(3, 10), 2))
                .withMessage("RegisteredBuffer[4096 bytes, closed]: register the buffer again");
        pair.client.write(PipePair.buffer("late"), 2);
        assertThat(recorder.nextByToken(2).get(1L).bytes).isEqualTo(4);
        assertThat(text(memory, 3, 4)).isEqualTo("late");
    }

    @Test
    void keepsItsMemoryUntilTheLastOperationInItIsOver() throws Exception {
        final WeakReference<ByteBuffer> whole = readIntoWhatIsClosedAndDropped();
        Garbage.collect();
        assertThat(whole.get()).as("the kernel may write there yet").isNotNull();

        pair.client.write(PipePair.buffer("0123456789"), 1);
        recorder.next(2);

        Garbage.awaitCollected(List.of(whole));
    }

    /** A method of its own so that no local variable keeps the buffer. */
    private WeakReference<ByteBuffer> readIntoWhatIsClosedAndDropped() {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE);
        final RegisteredBuffer memory = RegisteredBuffer.register(buffer);
        pair.server.readInto(memory.slice(0, SIZE), 0);
        memory.close();
        return new WeakReference<>(buffer);
    }

    @Test
    void keepsItsMemoryWhileItIsRegistered() throws Exception {
        final ByteBuffer[] buffer = {ByteBuffer.allocateDirect(SIZE)};
        final WeakReference<ByteBuffer> seen = new WeakReference<>(buffer[0]);
        final long key = RegisteredBufferNative.open(buffer[0]);
        buffer[0] = null;
        Garbage.collect();
        assertThat(seen.get()).isNotNull();

        RegisteredBufferNative.close(key);

        Garbage.awaitCollected(List.of(seen));
    }

    /**
     * A call that comes after the close is refused; the memory is not freed before the last operation has completed.
     */
    @Test
    void mayBeClosedAtAnyMoment() throws Exception {
        for (int round = 0; round < 200; round++) {
            final RegisteredBuffer memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE));
            final AtomicBoolean started = new AtomicBoolean();
            final List<Long> accepted = new ArrayList<>();
            final Thread reader = new Thread(() -> {
                started.set(true);
                try {
                    for (int i = 0; i < 20; i++) {
                        accepted.add(pair.server.readInto(memory.slice(i, 10), i));
                    }
                } catch (final IllegalStateException | IllegalArgumentException closed) {
                    assertThat(memory.isOpen()).isFalse();
                }
            });
            reader.start();
            while (!started.get()) {
                Thread.onSpinWait();
            }
            memory.close();
            reader.join();
            pair.server.cancelAll();
            assertThat(recorder.next(accepted.size())).allSatisfy(
                    done -> assertThat(done.status).isEqualTo(Win32Error.OPERATION_ABORTED));
        }
    }

    @Test
    void takesDirectBuffersOnly() {
        assertThatNullPointerException().isThrownBy(() -> RegisteredBuffer.register(null));
        assertThatIllegalArgumentException().isThrownBy(() -> RegisteredBuffer.register(ByteBuffer.allocate(10)))
                .withMessageContaining("ByteBuffer.allocateDirect");
    }

    @Test
    void thatIsReadOnlyIsGoodForWriting() throws Exception {
        try (RegisteredBuffer memory =
                RegisteredBuffer.register(PipePair.buffer("only to be read").asReadOnlyBuffer())) {
            assertThatExceptionOfType(ReadOnlyBufferException.class)
                    .isThrownBy(() -> pair.server.readInto(memory.slice(0, 1), 1));
            final ByteBuffer received = ByteBuffer.allocateDirect(20);
            pair.client.writeFrom(memory.slice(8, 7), 2);
            pair.server.read(received, 3);
            assertThat(recorder.nextByToken(2).get(3L).bytes).isEqualTo(7);
            assertThat(PipePair.text(received, 7)).isEqualTo("be read");
        }
    }

    @ParameterizedTest
    @CsvSource({"-1,1", "0,-1", "0,4097", "4096,1", "1,4096", "2147483647,1", "1,2147483647"})
    void isNotUsedBeyondItsEnds(final int offset, final int length) throws Exception {
        try (RegisteredBuffer memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE))) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> memory.slice(offset, length));
            // Native code refuses it, too.
            assertRefused(offset, length, RegisteredBufferNative.open(memory.buffer()));
        }
    }

    @Test
    void inventedKeyIsRefused() {
        final long gone = RegisteredBufferNative.open(ByteBuffer.allocateDirect(SIZE));
        RegisteredBufferNative.close(gone);
        for (final long key : new long[] {
            0, 1, -1, gone, gone + 1, gone + (1L << 32), pair.server.key(), Long.MAX_VALUE, Long.MIN_VALUE
        }) {
            assertRefused(0, 1, key);
            RegisteredBufferNative.close(key);
        }
        assertThat(pair.server.isOpen()).isTrue();
        assertThat(DeviceNative.exists(gone)).as("it names no device").isFalse();
    }

    private void assertRefused(final int offset, final int length, final long memory) {
        final long refused = -EngineError.BAD_BUFFER.code();
        assertThat(DeviceNative.readRegistered(pair.server.key(), memory, offset, length, 0, 1, -1))
                .as("key %x", memory).isEqualTo(refused);
        assertThat(DeviceNative.writeRegistered(pair.server.key(), memory, offset, length, 0, 1, -1))
                .as("key %x", memory).isEqualTo(refused);
        RegisteredBufferNative.close(memory);
    }

    @Test
    void isCheckedForTheFilesSake(@TempDir final Path folder) throws Exception {
        final Path path = Files.write(folder.resolve("file"), new byte[SIZE]);
        try (RegisteredBuffer memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE));
                OverlappedFile unbuffered = OverlappedFile.builder(port, path).read().unbuffered().open();
                OverlappedFile log = OverlappedFile.builder(port, folder.resolve("log")).append().create().open()) {
            final FilePosition start = FilePosition.at(0);
            assertThatIllegalArgumentException().isThrownBy(() -> unbuffered.readInto(memory.slice(0, 1), start, 1))
                    .withMessageContaining("multiples of");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> unbuffered.readInto(memory.slice(), FilePosition.at(1), 1));
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> log.writeFrom(memory.slice(0, 1), start, 1)).withMessageContaining("append");
        }
    }

    private int moved(final long submitted, final Opcode opcode) throws Exception {
        return InlineCompletion.is(submitted)
                ? InlineCompletion.bytes(submitted) : recorder.nextSuccess(opcode).bytes;
    }

    private static void put(final RegisteredBuffer memory, final int offset, final String text) {
        memory.buffer().duplicate().clear().position(offset).put(PipePair.buffer(text));
    }

    private static String text(final RegisteredBuffer memory, final int offset, final int length) {
        return PipePair.text(memory.buffer().duplicate().clear().position(offset).slice(), length);
    }
}

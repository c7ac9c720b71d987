package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations that are started with one call are like all others, begin in their order, and leave no hole. */
@Timeout(120)
final class SubmissionBatchTest {
    private static final Duration LONG = Duration.ofSeconds(Recorder.PATIENCE_SECONDS);
    private static final int SIZE = 4_096;
    private static final int CAPACITY = 8;
    private static final int CEILING = 6;
    private static final int TIMEOUT_MILLIS = 50;
    private static final int LONG_MILLIS = 60_000;

    private final Recorder recorder = new Recorder();
    private final RegisteredBuffer memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE));
    private final SubmissionBatch batch = SubmissionBatch.allocate(CAPACITY);
    private CompletionPort port;
    private PipePair pair;

    @BeforeEach
    void openPair() throws Exception {
        port = CompletionPort.builder(recorder).operations(CEILING).open();
        pair = PipePair.open(port, recorder, PipeMode.BYTE);
        // What is written: byte i is i.
        for (int i = 0; i < 256; i++) {
            memory.buffer().put(i, (byte) i);
        }
    }

    @AfterEach
    void closePort() {
        assertThat(port.close(LONG)).as("all closed in time").isTrue();
        assertThat(recorder.isEmpty()).as("no completion that nobody expected").isTrue();
        batch.close();
        memory.close();
    }

    @Test
    void startsReadsAndWritesOfPipesAndFilesWithOneCall(@TempDir final Path folder) throws Exception {
        final Path path = Files.write(folder.resolve("file"), new byte[] {50, 51, 52, 53});
        try (OverlappedFile file = OverlappedFile.builder(port, path).read().write().open()) {
            batch.read(pair.server, memory, 1_000, 100, 1);
            batch.write(pair.client, memory, 20, 3, 2);
            batch.read(file, memory, 2_000, 2, 1, 3);
            batch.write(file, memory, 30, 5, 100, 4, LONG_MILLIS);
            batch.read(pair.client, memory, 3_000, 100, 5, LONG_MILLIS);
            assertThat(batch.size()).isEqualTo(5);

            assertThat(batch.submit()).isEqualTo(5);

            assertThat(batch.size()).isZero();
            for (int i = 0; i < 5; i++) {
                assertThat(batch.operation(i)).isPositive();
                assertThat(InlineCompletion.is(batch.operation(i))).isFalse();
            }
            final long last = batch.operation(4);
            final Map<Long, Recorder.Completion> done = recorder.nextByToken(4);
            assertThat(done).containsOnlyKeys(1L, 2L, 3L, 4L)
                    .allSatisfy((token, completion) -> assertThat(completion.status).isZero());
            assertThat(done.get(1L).opcode).isEqualTo(Opcode.READ);
            assertThat(done.get(1L).device).isSameAs(pair.server);
            assertThat(done.get(4L).opcode).isEqualTo(Opcode.WRITE);
            assertMemory(1_000, 20, 21, 22, 0);
            assertMemory(2_000, 51, 52, 0);
            assertThat(file.size()).isEqualTo(105);
            assertThat(pair.client.cancel(last)).isTrue();
            assertThat(recorder.next().token).isEqualTo(5);
        }
        assertThat(Files.readAllBytes(path)).startsWith(50, 51, 52, 53, 0).endsWith(0, 30, 31, 32, 33, 34);
    }

    /** Of a number that does not divide the capacity, so that a batch begins everywhere in its memory. */
    @Test
    void startsThemInTheirOrder() throws Exception {
        for (int round = 0; round < 100; round++) {
            final int base = round % 40 * 5;
            for (int i = 0; i < 5; i++) {
                batch.write(pair.client, memory, base + i, 1, base + i);
            }
            assertThat(batch.submit()).isEqualTo(5);
            assertThat(recorder.nextByToken(5)).allSatisfy((token, done) -> {
                assertThat(done.status).isZero();
                assertThat(done.token).isBetween((long) base, base + 4L);
            });
            assertThat(received(5)).containsExactly(base, base + 1, base + 2, base + 3, base + 4);
        }
    }

    @Test
    void tellsWhatHasCompletedInline() throws Exception {
        pair.client.completeInline();
        for (int i = 0; i < 3; i++) {
            batch.write(pair.client, memory, i, 1, i);
        }
        assertThat(batch.submit()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            final long started = batch.operation(i);
            assertThat(InlineCompletion.is(started)
                    ? InlineCompletion.bytes(started) : recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(1);
        }
        assertThat(received(3)).containsExactly(0, 1, 2);
    }

    @Test
    void servesSeveralPorts() throws Exception {
        final Recorder others = new Recorder();
        try (CompletionPort other = CompletionPort.open(others)) {
            final PipePair far = PipePair.open(other, others, PipeMode.BYTE);
            batch.write(pair.client, memory, 1, 1, 1);
            batch.write(far.client, memory, 2, 1, 2);
            batch.read(far.server, memory, 1_000, 1, 3);
            batch.read(pair.server, memory, 2_000, 1, 4);

            assertThat(batch.submit()).isEqualTo(4);

            assertThat(recorder.nextByToken(2)).containsOnlyKeys(1L, 4L);
            assertThat(others.nextByToken(2)).containsOnlyKeys(2L, 3L);
            assertMemory(1_000, 2);
            assertMemory(2_000, 1);
        }
    }

    @Test
    void stopsAtTheFirstThatIsRefusedAndGoesOnFromThere() throws Exception {
        final PipePair gone = PipePair.open(port, recorder, PipeMode.BYTE);
        batch.write(pair.client, memory, 1, 1, 1);
        batch.write(pair.client, memory, 2, 1, 2);
        batch.write(gone.client, memory, 3, 1, 3);
        batch.write(pair.client, memory, 4, 1, 4);
        gone.client.close();

        assertThat(batch.submit()).isEqualTo(2);
        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.operation(1)).isPositive();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.operation(2));
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(DeviceClosedException.class).isThrownBy(batch::submit)
                    .withMessageContaining(gone.client.name());
            assertThat(batch.size()).isEqualTo(2);
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.operation(0));
        }
        assertThat(recorder.nextByToken(2)).containsOnlyKeys(1L, 2L);

        // What has been added behind it keeps its place.
        batch.write(pair.client, memory, 5, 1, 5);
        assertThat(batch.dropFirst()).isEqualTo(3);
        assertThat(batch.submit()).isEqualTo(2);

        assertThat(recorder.nextByToken(2)).containsOnlyKeys(4L, 5L);
        assertThat(received(4)).containsExactly(1, 2, 4, 5);
    }

    @Test
    void goesOnWhenThereIsRoomInThePortAgain() throws Exception {
        for (int i = 0; i < CAPACITY; i++) {
            batch.read(pair.server, memory, 1_000 + i, 1, i);
        }
        assertThat(batch.submit()).isEqualTo(CEILING);
        assertThat(batch.size()).isEqualTo(CAPACITY - CEILING);
        assertThatExceptionOfType(OperationLimitException.class).isThrownBy(batch::submit)
                .withMessageContaining("CompletionPort.Builder.operations");
        assertThat(batch.size()).isEqualTo(CAPACITY - CEILING);

        pair.server.cancelAll();
        recorder.nextByToken(CEILING);
        assertThat(batch.submit()).isEqualTo(CAPACITY - CEILING);

        pair.client.writeFrom(memory, 7, 2, 100);
        assertThat(recorder.nextByToken(3)).containsOnlyKeys(6L, 7L, 100L);
        assertMemory(1_006, 7, 8);
    }

    @Test
    void startsNothingWhenTheFirstIsRefused() throws Exception {
        final PipePair gone = PipePair.open(port, recorder, PipeMode.BYTE);
        batch.write(gone.client, memory, 3, 1, 3);
        batch.write(pair.client, memory, 4, 1, 4);
        gone.client.close();
        assertThatExceptionOfType(DeviceClosedException.class).isThrownBy(batch::submit);
        assertThat(batch.size()).isEqualTo(2);

        batch.clear();

        assertThat(batch.size()).isZero();
        assertThat(batch.submit()).isZero();
        batch.write(pair.client, memory, 5, 1, 5);
        assertThat(batch.submit()).isEqualTo(1);
        recorder.nextSuccess(Opcode.WRITE);
        assertThat(received(1)).containsExactly(5);
    }

    @Test
    void tellsThatThePortHasBeenClosed() throws Exception {
        batch.read(pair.server, memory, 0, 1, 1);
        assertThat(port.close(LONG)).isTrue();
        assertThatExceptionOfType(DeviceClosedException.class).isThrownBy(batch::submit);
    }

    @Test
    void givesOperationsThatCanBeCancelledOrComeTooLateOrWhoseDeviceCloses() throws Exception {
        batch.read(pair.server, memory, 0, 1, 1);
        batch.read(pair.server, memory, 1, 1, 2, TIMEOUT_MILLIS);
        batch.read(pair.server, memory, 2, 1, 3);
        assertThat(batch.submit()).isEqualTo(3);

        assertThat(pair.client.cancel(batch.operation(0))).as("by another device").isFalse();
        assertThat(pair.server.cancel(batch.operation(0))).isTrue();
        assertOver(1, Win32Error.OPERATION_ABORTED);
        assertOver(2, Win32Error.TIMEOUT);
        pair.server.close();
        assertOver(3, Win32Error.HANDLES_CLOSED);
    }

    @Test
    void startsNothingInABufferThatHasBeenClosedMeanwhile() throws Exception {
        final RegisteredBuffer other = RegisteredBuffer.register(ByteBuffer.allocateDirect(10));
        batch.write(pair.client, memory, 1, 1, 1);
        batch.write(pair.client, other, 2, 1, 2);
        batch.write(pair.client, memory, 3, 1, 3);
        other.close();

        assertThat(batch.submit()).isEqualTo(1);
        assertThatIllegalStateException().isThrownBy(batch::submit)
                .withMessageContaining("SubmissionBatch[2 of 8]").withMessageContaining("dropFirst");

        assertThat(batch.dropFirst()).isEqualTo(2);
        assertThat(batch.submit()).isEqualTo(1);
        assertThat(recorder.nextByToken(2)).containsOnlyKeys(1L, 3L);
        assertThat(received(2)).containsExactly(1, 3);
    }

    @Test
    void hasRoomForWhatItSays() throws Exception {
        for (int i = 0; i < CAPACITY; i++) {
            batch.read(pair.server, memory, i, 1, i);
        }
        assertThat(batch.capacity()).isEqualTo(CAPACITY);
        assertThatIllegalStateException().isThrownBy(() -> batch.read(pair.server, memory, 0, 1, 1))
                .withMessage("SubmissionBatch[8 of 8] is full: submit() starts what is in it, clear() drops it");
        batch.dropFirst();
        batch.read(pair.server, memory, 0, 1, 1);
        assertThat(batch.size()).isEqualTo(CAPACITY);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 4_097, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void hasACapacityWithinLimits(final int capacity) {
        assertThatIllegalArgumentException().isThrownBy(() -> SubmissionBatch.allocate(capacity))
                .withMessageContaining("from 1 to 4096");
    }

    @Test
    void mayBeAsSmallOrAsLargeAsItsLimits() throws Exception {
        for (final int capacity : new int[] {1, 4_096}) {
            try (SubmissionBatch other = SubmissionBatch.allocate(capacity)) {
                for (int i = 0; i < capacity; i++) {
                    other.write(pair.client, memory, 9, 1, i);
                }
                // With a port that has fewer.
                for (int done = 0; done < capacity;) {
                    final int started = other.submit();
                    recorder.next(started);
                    received(started);
                    done += started;
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"-1,1", "0,-1", "0,4097", "4096,1", "1,4096", "2147483647,1", "1,2147483647"})
    void takesOnlyWhatLiesWithinTheBuffer(final int offset, final int length) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> batch.read(pair.server, memory, offset, length, 1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> batch.write(pair.server, memory, offset, length, 1));
        assertThat(batch.size()).isZero();
    }

    @Test
    void checksAtOnceWhatCanBe(@TempDir final Path folder) throws Exception {
        final Path path = Files.write(folder.resolve("file"), new byte[SIZE]);
        final RegisteredBuffer closed = RegisteredBuffer.register(ByteBuffer.allocateDirect(1));
        closed.close();
        try (RegisteredBuffer readOnly =
                        RegisteredBuffer.register(ByteBuffer.allocateDirect(SIZE).asReadOnlyBuffer());
                OverlappedFile file = OverlappedFile.builder(port, folder.resolve("new")).write().create().open();
                OverlappedFile unbuffered = OverlappedFile.builder(port, path).read().unbuffered().open();
                OverlappedFile log = OverlappedFile.builder(port, folder.resolve("log")).append().create().open()) {
            assertThatNullPointerException().isThrownBy(() -> batch.read((StreamDevice) null, memory, 0, 1, 1));
            assertThatNullPointerException().isThrownBy(() -> batch.write(pair.server, null, 0, 1, 1));
            assertThatNullPointerException().isThrownBy(() -> batch.write(file, null, 0, 1, 1, 1));
            assertThatIllegalStateException().isThrownBy(() -> batch.read(pair.server, closed, 0, 1, 1))
                    .withMessageContaining("register the buffer again");
            assertThatExceptionOfType(ReadOnlyBufferException.class)
                    .isThrownBy(() -> batch.read(pair.server, readOnly, 0, 1, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.read(pair.server, memory, 0, 1, 1, 0))
                    .withMessageContaining("deadline");
            assertThatIllegalArgumentException().isThrownBy(() -> batch.write(file, memory, 0, 1, -1, 1))
                    .withMessageContaining("position");
            assertThatIllegalArgumentException().isThrownBy(() -> batch.write(file, memory, 0, 1, Long.MAX_VALUE, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.read(unbuffered, memory, 0, 1, 0, 1))
                    .withMessageContaining("multiples of");
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> batch.write(log, memory, 0, 1, 0, 1)).withMessageContaining("append");
            assertThat(batch.size()).isZero();
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.operation(0));
            assertThatIllegalStateException().isThrownBy(batch::dropFirst)
                    .withMessageContaining("nothing to drop");
        }
    }

    @Test
    void tellsOfOperationsUntilItIsUsedAgain() throws Exception {
        batch.write(pair.client, memory, 0, 1, 1);
        batch.submit();
        assertThat(batch.operation(0)).isPositive();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.operation(-1));
        batch.write(pair.client, memory, 0, 1, 1);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.operation(0));
        recorder.next();
    }

    @Test
    void isNoMoreOfUseWhenItHasBeenClosed() throws Exception {
        batch.read(pair.server, memory, 1_000, 1, 1);
        batch.submit();
        batch.read(pair.server, memory, 1_001, 1, 2);

        batch.close();
        batch.close();

        assertThat(batch.size()).isZero();
        assertThat(batch).hasToString("SubmissionBatch[0 of 8, closed]");
        assertThatIllegalStateException().isThrownBy(() -> batch.read(pair.server, memory, 0, 1, 1))
                .withMessageContaining("allocate another batch");
        assertThatIllegalStateException().isThrownBy(batch::submit);
        assertThatIllegalStateException().isThrownBy(batch::clear);
        assertThatIllegalStateException().isThrownBy(batch::dropFirst);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.operation(0));
        pair.client.writeFrom(memory, 77, 1, 3);
        assertThat(recorder.nextByToken(2)).as("what was in flight is not touched").containsOnlyKeys(1L, 3L);
        assertMemory(1_000, 77, 0);
    }

    private void assertOver(final long token, final int status) throws Exception {
        final Recorder.Completion done = recorder.next();
        assertThat(done.token).isEqualTo(token);
        assertThat(done.status).isEqualTo(status);
    }

    private void assertMemory(final int offset, final int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            assertThat(memory.buffer().get(offset + i)).as("byte %d", offset + i).isEqualTo((byte) bytes[i]);
        }
    }

    /** The next bytes that come out of the pipe. */
    private int[] received(final int count) throws Exception {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(count);
        while (buffer.hasRemaining()) {
            pair.server.read(buffer, 0);
            buffer.position(buffer.position() + recorder.nextSuccess(Opcode.READ).bytes);
        }
        final int[] bytes = new int[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = buffer.get(i) & 0xff;
        }
        return bytes;
    }
}

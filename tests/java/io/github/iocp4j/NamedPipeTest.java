package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading, writing, cancelling and closing at both ends of one pipe. */
@Timeout(120)
final class NamedPipeTest {
    private static final Duration LONG = Duration.ofSeconds(Recorder.PATIENCE_SECONDS);

    private final Recorder recorder = new Recorder();
    private CompletionPort port;

    @BeforeEach
    void openPort() throws Exception {
        port = CompletionPort.builder(recorder).operations(1_000).open();
    }

    @AfterEach
    void closePort() {
        assertThat(port.close(LONG)).as("all closed in time").isTrue();
        assertThat(recorder.isEmpty()).as("no completion that nobody expected").isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void carriesWhatIsWrittenToTheReader(final PipeMode mode) throws Exception {
        final PipePair pair = open(mode);
        final ByteBuffer received = ByteBuffer.allocateDirect(100);

        pair.client.write(PipePair.buffer("Hello"), 1);
        final Recorder.Completion written = recorder.nextSuccess(Opcode.WRITE);
        pair.server.read(received, 2);
        final Recorder.Completion read = recorder.nextSuccess(Opcode.READ);

        assertThat(written.token).isEqualTo(1);
        assertThat(written.bytes).isEqualTo(5);
        assertThat(written.key).isEqualTo(pair.client.key());
        assertThat(written.device).isSameAs(pair.client);
        assertThat(read.token).isEqualTo(2);
        assertThat(read.bytes).isEqualTo(5);
        assertThat(read.device).isSameAs(pair.server);
        assertThat(PipePair.text(received, 5)).isEqualTo("Hello");
        assertThat(received.position()).as("positions are the caller's").isZero();
        close(pair);
    }

    @Test
    void carriesOnlyTheChosenPartOfABuffer() throws Exception {
        final PipePair pair = open(PipeMode.MESSAGE);
        final ByteBuffer received = PipePair.buffer("..............");

        pair.client.write(PipePair.buffer("0123456789").asReadOnlyBuffer(), 3, 4, 0);
        recorder.nextSuccess(Opcode.WRITE);
        pair.server.read(received, 5, 6, 0);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(4);
        assertThat(PipePair.text(received, 14)).isEqualTo(".....3456.....");

        pair.client.write(PipePair.buffer("0123456789").position(2).limit(5), 0);
        recorder.nextSuccess(Opcode.WRITE);
        pair.server.read(received.position(1).limit(9), 0);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(3);
        received.limit(14);
        assertThat(PipePair.text(received, 14)).isEqualTo(".234.3456.....");
        close(pair);
    }

    @Test
    void carriesASliceFromWhereItLies() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final ByteBuffer whole = PipePair.buffer("..............");

        pair.client.write(PipePair.buffer("0123456789").position(5).slice(), 0);
        recorder.nextSuccess(Opcode.WRITE);
        pair.server.read(whole.position(2).slice(), 1, 10, 0);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(5);

        assertThat(PipePair.text(whole, 14)).isEqualTo("...56789......");
        close(pair);
    }

    @Test
    void servesReadsInTheOrderInWhichTheyWereStarted() throws Exception {
        final PipePair pair = open(PipeMode.MESSAGE);
        final ByteBuffer[] received = new ByteBuffer[20];
        for (int i = 0; i < received.length; i++) {
            received[i] = ByteBuffer.allocateDirect(10);
            pair.server.read(received[i], 100 + i);
        }

        for (int i = 0; i < received.length; i++) {
            pair.client.write(PipePair.buffer("m" + i), i);
        }

        final Map<Long, Recorder.Completion> completions = recorder.nextByToken(40);
        for (int i = 0; i < received.length; i++) {
            assertThat(PipePair.text(received[i], completions.get(100L + i).bytes)).isEqualTo("m" + i);
        }
        close(pair);
    }

    @Test
    void keepsMessagesApartAndTellsOfThoseThatDoNotFit() throws Exception {
        final PipePair pair = open(PipeMode.MESSAGE);
        final ByteBuffer small = ByteBuffer.allocateDirect(4);
        pair.client.write(PipePair.buffer("0123456789"), 0);
        pair.client.write(PipePair.buffer("next"), 0);
        recorder.next(2);

        assertRead(pair.server, small, Win32Error.MORE_DATA, "0123");
        assertRead(pair.server, small, Win32Error.MORE_DATA, "4567");
        assertRead(pair.server, small, Win32Error.SUCCESS, "89");
        assertRead(pair.server, small, Win32Error.SUCCESS, "next");
        close(pair);
    }

    @Test
    void tellsOfAMessageThatDoesNotFitTheReadThatWaitedForIt() throws Exception {
        final PipePair pair = open(PipeMode.MESSAGE);
        final ByteBuffer small = ByteBuffer.allocateDirect(4);
        pair.server.read(small, 1);
        pair.client.write(PipePair.buffer("0123456"), 2);

        final Map<Long, Recorder.Completion> completions = recorder.nextByToken(2);

        assertThat(completions.get(1L).status).isEqualTo(Win32Error.MORE_DATA);
        assertThat(completions.get(1L).bytes).isEqualTo(4);
        assertRead(pair.server, small, Win32Error.SUCCESS, "456");
        close(pair);
    }

    @Test
    void carriesMessagesOfNoLength() throws Exception {
        final PipePair pair = open(PipeMode.MESSAGE);
        pair.client.write(ByteBuffer.allocateDirect(0), 0);
        recorder.nextSuccess(Opcode.WRITE);
        pair.client.write(PipePair.buffer("after"), 0);
        recorder.nextSuccess(Opcode.WRITE);

        assertRead(pair.server, ByteBuffer.allocateDirect(10), Win32Error.SUCCESS, "");
        assertRead(pair.server, ByteBuffer.allocateDirect(10), Win32Error.SUCCESS, "after");
        close(pair);
    }

    @Test
    void waitsForDataWithAReadOfNoLength() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(0), 1);
        pair.client.write(PipePair.buffer("data"), 2);

        final Map<Long, Recorder.Completion> completions = recorder.nextByToken(2);

        assertThat(completions.get(1L).status).isZero();
        assertThat(completions.get(1L).bytes).isZero();
        assertRead(pair.server, ByteBuffer.allocateDirect(10), Win32Error.SUCCESS, "data");
        close(pair);
    }

    @Test
    void carriesAMegabyte() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final int size = 1 << 20;
        final ByteBuffer sent = ByteBuffer.allocateDirect(size);
        for (int i = 0; i < size; i++) {
            sent.put((byte) (i * 31 >> 3));
        }
        final ByteBuffer received = ByteBuffer.allocateDirect(size);
        pair.client.write(sent.flip(), 1);
        pair.server.read(received, 0, size, 2);
        int read = 0;
        int written = 0;
        while (read < size || written < size) {
            final Recorder.Completion completion = recorder.next();
            assertThat(completion.status).isZero();
            if (completion.opcode == Opcode.WRITE) {
                written += completion.bytes;
            } else {
                read += completion.bytes;
                if (read < size) {
                    pair.server.read(received, read, size - read, 2);
                }
            }
        }

        assertThat(written).isEqualTo(size);
        assertThat(received).isEqualTo(sent);
        close(pair);
    }

    @Test
    void tellsTheReaderThatThePeerHasGone() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(10), 1);
        pair.server.read(ByteBuffer.allocateDirect(10), 2);

        assertThat(pair.client.close(LONG)).isTrue();

        assertThat(recorder.nextByToken(2).values())
                .allMatch(completion -> completion.status == Win32Error.BROKEN_PIPE && completion.bytes == 0);
        assertRead(pair.server, ByteBuffer.allocateDirect(10), Win32Error.BROKEN_PIPE, "");
        pair.server.write(PipePair.buffer("x"), 3);
        assertThat(recorder.next().status).isIn(Win32Error.NO_DATA, Win32Error.BROKEN_PIPE);
        assertThat(pair.server.isOpen()).isTrue();
        close(pair);
    }

    @Test
    void deliversWhatThePeerHadWrittenBeforeItWent() throws Exception {
        final PipePair pair = open(PipeMode.MESSAGE);
        pair.client.write(PipePair.buffer("last words"), 0);
        recorder.nextSuccess(Opcode.WRITE);
        pair.client.close();

        assertRead(pair.server, ByteBuffer.allocateDirect(20), Win32Error.SUCCESS, "last words");
        assertRead(pair.server, ByteBuffer.allocateDirect(20), Win32Error.BROKEN_PIPE, "");
        close(pair);
    }

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
    void cancelsNobodyWithAnIdWhosePlaceIsUsedAgain() throws Exception {
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
    void survivesIdsThatAreNotItsOwn() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final PipePair other = open(PipeMode.BYTE);
        final long id = pair.server.read(ByteBuffer.allocateDirect(10), 1);
        final long ofOther = other.server.read(ByteBuffer.allocateDirect(10), 2);

        assertThat(id).isPositive();
        assertThat(ofOther).isPositive().isNotEqualTo(id);
        assertThat(pair.server.cancel(ofOther)).as("an operation of another device").isFalse();
        assertThat(pair.client.cancel(id)).as("an operation of the other end").isFalse();
        for (final long wrong : new long[] {0, -1, 1, -id, ~id, id + 1, id - 1, id + (1L << 24), Long.MAX_VALUE,
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

    @Test
    void survivesKeysThatAreNone() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final PipePair stale = open(PipeMode.BYTE);
        close(stale);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(10);

        for (final long key : new long[] {0, -1, 1, Long.MAX_VALUE, Long.MIN_VALUE, stale.server.key(),
            pair.server.key() + (1L << 32), pair.server.key() | 1L << 63, pair.server.key() + 100, 0xffff_ffffL,
            0x7fff_ffff_ffff_ffffL, 1L << 32 | 0x000f_ffffL, 1L << 32 | 0x0010_0000L}) {
            assertThat(DeviceNative.read(key, buffer, 0, 1, 0, 0, -1)).as("read %x", key).isEqualTo(closed());
            assertThat(DeviceNative.write(key, buffer, 0, 1, 0, 0, -1)).as("write %x", key).isEqualTo(closed());
            assertThat(DeviceNative.cancel(key, 1)).isFalse();
            DeviceNative.cancelAll(key);
            DeviceNative.close(key, 0);
            assertThat(DeviceNative.name(key)).isEmpty();
            assertThat(NamedPipeNative.serverProcessId(key)).isZero();
            assertThat(NamedPipeNative.listen(key)).as("listen %x", key).isNegative();
        }
        assertThat(NamedPipeNative.listen(pair.server.key())).as("a pipe is no server").isNegative();

        pair.client.write(PipePair.buffer("x"), 0);
        recorder.nextSuccess(Opcode.WRITE);
        assertRead(pair.server, buffer, Win32Error.SUCCESS, "x");
        close(pair);
    }

    @Test
    void refusesBuffersThatTheKernelCannotUse() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final ByteBuffer direct = ByteBuffer.allocateDirect(10);

        assertThatThrownBy(() -> pair.server.read(ByteBuffer.allocate(10), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pair.server.write(ByteBuffer.allocate(10), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pair.server.read(direct.asReadOnlyBuffer(), 0))
                .isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> pair.server.read(direct, 5, 6, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> pair.server.read(direct, -1, 6, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> pair.server.write(direct, 0, Integer.MAX_VALUE, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> pair.server.read(null, 0)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pair.server.write(null, 0, 0, 0)).isInstanceOf(NullPointerException.class);

        assertThat(port.snapshot().operationsInFlight()).isZero();
        close(pair);
    }

    @Test
    void refusesInNativeCodeToo() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final long badBuffer = -Refusal.BAD_BUFFER.code();
        final ByteBuffer direct = ByteBuffer.allocateDirect(10);

        assertThat(DeviceNative.read(pair.server.key(), ByteBuffer.allocate(10), 0, 1, 0, 0, -1)).isEqualTo(badBuffer);
        for (final int[] range : new int[][] {{0, 11}, {11, 0}, {-1, 1}, {1, -1}, {Integer.MAX_VALUE, 1},
            {1, Integer.MAX_VALUE}, {Integer.MIN_VALUE, Integer.MIN_VALUE}}) {
            assertThat(DeviceNative.read(pair.server.key(), direct, range[0], range[1], 0, 0, -1))
                    .as("range %d %d", range[0], range[1]).isEqualTo(badBuffer);
            assertThat(DeviceNative.write(pair.server.key(), direct, range[0], range[1], 0, 0, -1))
                    .isEqualTo(badBuffer);
        }

        assertThat(port.snapshot().operationsInFlight()).isZero();
        close(pair);
    }

    @Test
    void abortsWhatIsInFlightWhenItIsClosed() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        for (int i = 0; i < 20; i++) {
            pair.server.read(ByteBuffer.allocateDirect(10), i);
        }

        assertThat(pair.server.close(LONG)).isTrue();

        assertThat(recorder.nextByToken(20)).allSatisfy(
                (token, done) -> assertThat(done.status).isEqualTo(Win32Error.HANDLES_CLOSED));
        assertThat(recorder.isEmpty()).isTrue();
        close(pair);
    }

    @Test
    void abortsAWriteThatNobodyReads() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        pair.client.write(ByteBuffer.allocateDirect(1 << 20), 1);

        assertThat(pair.client.close(LONG)).isTrue();

        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        close(pair);
    }

    @Test
    void refusesEverythingOnceItIsClosed() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final long id = pair.server.read(ByteBuffer.allocateDirect(10), 1);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(10);

        assertThat(pair.server.close(LONG)).isTrue();
        recorder.next();

        assertThat(pair.server.isOpen()).isFalse();
        assertThat(pair.server.toString()).contains("closed");
        assertThatThrownBy(() -> pair.server.read(buffer, 0)).isInstanceOf(DeviceClosedException.class)
                .hasMessageContaining(pair.server.name());
        assertThatThrownBy(() -> pair.server.write(buffer, 0)).isInstanceOf(DeviceClosedException.class);
        assertThat(pair.server.cancel(id)).isFalse();
        pair.server.cancelAll();
        assertThat(pair.server.close(LONG)).as("again").isTrue();
        pair.server.close();
        close(pair);
    }

    @Test
    void canBeClosedFromTheListenerWithOperationsInFlight() throws Exception {
        final CountDownLatch closed = new CountDownLatch(1);
        final Recorder heard = new Recorder();
        final CompletionListener listener = batch -> {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.opcode(i) == Opcode.READ && batch.token(i) == 1) {
                    batch.device(i).close();
                    closed.countDown();
                }
            }
            heard.onCompletions(batch);
        };
        try (CompletionPort closing = CompletionPort.open(listener)) {
            final PipePair pair = PipePair.open(closing, heard, PipeMode.MESSAGE);
            pair.server.read(ByteBuffer.allocateDirect(10), 1);
            pair.server.read(ByteBuffer.allocateDirect(10), 2);
            pair.client.write(PipePair.buffer("x"), 3);

            assertThat(closed.await(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

            final Map<Long, Recorder.Completion> completions = heard.nextByToken(3);
            assertThat(completions.get(1L).status).isZero();
            assertThat(completions.get(2L).status).isEqualTo(Win32Error.HANDLES_CLOSED);
            assertThat(pair.server.close(LONG)).isTrue();
        }
    }

    @Test
    void isClosedWithItsPort() throws Exception {
        final Recorder heard = new Recorder();
        final CompletionPort closing = CompletionPort.open(heard);
        final PipePair pair = PipePair.open(closing, heard, PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(10), 1);
        pair.client.read(ByteBuffer.allocateDirect(10), 2);

        assertThat(closing.close(LONG)).isTrue();

        assertThat(heard.nextByToken(2).values()).allMatch(
                done -> done.status == Win32Error.HANDLES_CLOSED || done.status == Win32Error.BROKEN_PIPE);
        assertThatThrownBy(() -> pair.server.read(ByteBuffer.allocateDirect(1), 0))
                .isInstanceOf(DeviceClosedException.class);
        assertThat(pair.server.close(LONG)).isTrue();
    }

    @Test
    void isListedUntilItIsClosed() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        assertThat(port.snapshot().devices()).extracting(DeviceSnapshot::key)
                .containsExactlyInAnyOrder(pair.server.key(), pair.client.key());
        assertThat(port.snapshot().devices()).extracting(DeviceSnapshot::name)
                .containsOnly(pair.server.name()).hasSize(2);
        assertThat(pair.client.name()).isEqualTo(pair.server.name()).startsWith("\\\\.\\pipe\\");

        pair.client.read(ByteBuffer.allocateDirect(1), 0);
        pair.client.read(ByteBuffer.allocateDirect(1), 1);
        assertThat(port.snapshot().devices()).filteredOn(device -> device.key() == pair.client.key())
                .extracting(DeviceSnapshot::operationsInFlight).containsExactly(2);
        assertThat(port.snapshot().operationsInFlight()).isEqualTo(2);

        assertThat(port.device(pair.client.key())).isSameAs(pair.client);
        assertThat(pair.client.close(LONG)).isTrue();
        assertThat(port.device(pair.client.key())).as("the Java object is forgotten, too").isNull();
        assertThat(port.snapshot().devices()).extracting(DeviceSnapshot::key).containsExactly(pair.server.key());
        assertThat(pair.server.close(LONG)).isTrue();
        assertThat(port.snapshot().devices()).isEmpty();
        recorder.next(2);
    }

    @Test
    void keepsABufferThatTheCallerHasDropped() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final List<WeakReference<ByteBuffer>> dropped = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            dropped.add(readIntoBufferThatIsDropped(pair.server, i));
        }
        Garbage.collect();
        assertThat(dropped).noneMatch(reference -> reference.get() == null);

        for (int i = 0; i < 25; i++) {
            pair.client.write(PipePair.buffer("x"), 100 + i);
        }
        assertThat(recorder.nextByToken(50)).allSatisfy((token, done) -> assertThat(done.status).isZero());
        Garbage.collect();
        assertThat(dropped.subList(25, 50)).noneMatch(reference -> reference.get() == null);
        pair.server.cancelAll();
        assertThat(recorder.nextByToken(25)).hasSize(25);

        Garbage.awaitCollected(dropped);
        close(pair);
    }

    @Test
    void keepsNoBufferOfAnOperationThatWasRefused() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        pair.server.close(LONG);
        final List<WeakReference<ByteBuffer>> dropped = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            dropped.add(refused(pair.server, DeviceClosedException.class));
        }

        Garbage.awaitCollected(dropped);
        close(pair);
    }

    @Test
    void keepsNoBufferBeyondTheCeiling() throws Exception {
        final Recorder heard = new Recorder();
        try (CompletionPort small = CompletionPort.builder(heard).operations(3).open()) {
            final PipePair pair = PipePair.open(small, heard, PipeMode.BYTE);
            for (int i = 0; i < 3; i++) {
                pair.server.read(ByteBuffer.allocateDirect(1), i);
            }
            Garbage.awaitCollected(List.of(refused(pair.server, OperationLimitException.class)));

            pair.client.close(LONG);
            heard.next(3);
            pair.server.read(ByteBuffer.allocateDirect(1), 4);
            assertThat(heard.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
        }
    }

    @Test
    void carriesAnAttachmentToTheListener() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        assertThat(pair.server.attachment()).isNull();
        pair.server.attach("state");
        pair.server.read(ByteBuffer.allocateDirect(1), 0);
        pair.client.close();

        assertThat(recorder.next().device.attachment()).isEqualTo("state");
        close(pair);
    }

    @Test
    void knowsThePeer() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final int self = (int) ProcessHandle.current().pid();

        assertThat(pair.server.peerProcessId()).isEqualTo(self);
        assertThat(pair.client.peerProcessId()).isEqualTo(self);
        close(pair);
    }

    private PipePair open(final PipeMode mode) throws Exception {
        return PipePair.open(port, recorder, mode);
    }

    private static void close(final PipePair pair) {
        assertThat(pair.client.close(LONG)).isTrue();
        assertThat(pair.server.close(LONG)).isTrue();
    }

    private static long closed() {
        return -Refusal.DEVICE_CLOSED.code();
    }

    private void assertRead(final NamedPipe pipe, final ByteBuffer buffer, final int status, final String text)
            throws InterruptedException {
        pipe.read(buffer, 77);
        final Recorder.Completion completion = recorder.next();
        assertThat(completion.token).isEqualTo(77);
        assertThat(completion.status).isEqualTo(status);
        assertThat(PipePair.text(buffer, completion.bytes)).isEqualTo(text);
    }

    // The two are methods of their own so that no local variable keeps the buffer.

    private static WeakReference<ByteBuffer> readIntoBufferThatIsDropped(final NamedPipe pipe, final long token) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(4_096);
        pipe.read(buffer, token);
        return new WeakReference<>(buffer);
    }

    private static WeakReference<ByteBuffer> refused(final NamedPipe pipe, final Class<? extends Exception> why) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(4_096);
        assertThatThrownBy(() -> pipe.read(buffer, 0)).isInstanceOf(why);
        return new WeakReference<>(buffer);
    }

}

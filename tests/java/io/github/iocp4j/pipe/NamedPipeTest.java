package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.PipesOnAPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.NamedPipeNative;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading and writing at both ends of one pipe. */
@Tag("newer-jvm")
@Timeout(120)
final class NamedPipeTest extends PipesOnAPort {
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

        pair.client.write(PipePair.buffer("0123456789").asReadOnlyBuffer().position(3).limit(7), 0);
        recorder.nextSuccess(Opcode.WRITE);
        pair.server.read(received.clear().limit(11).position(5), 0);
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
    void aFailureNamesItsDevice() throws Exception {
        final CompletableFuture<Win32Exception> failure = new CompletableFuture<>();
        try (CompletionPort other = CompletionPort.batchBuilder(batch -> failure.complete(batch.error(0))).open()) {
            final String name = PipePair.newName();
            final NamedPipeServer server = NamedPipeServer.builder(port, name).listening(1).open();
            final NamedPipe client = NamedPipeClient.builder(other, name).connect();
            recorder.nextSuccess(Opcode.ACCEPT).device.close();

            client.read(ByteBuffer.allocateDirect(1), 0);

            assertThat(failure.get()).hasMessageStartingWith(
                    "READ on \\\\.\\pipe\\" + name + " failed: ERROR_BROKEN_PIPE (109)");
            server.close();
        }
    }

    @Test
    void carriesASliceFromWhereItLies() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final ByteBuffer whole = PipePair.buffer("..............");

        pair.client.write(PipePair.buffer("0123456789").position(5).slice(), 0);
        recorder.nextSuccess(Opcode.WRITE);
        pair.server.read(whole.position(2).slice().clear().limit(11).position(1), 0);
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
    void keepsMessagesApartAndReportsThoseThatDoNotFit() throws Exception {
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
    void reportsAMessageThatDoesNotFitTheReadThatWaitedForIt() throws Exception {
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
        pair.server.read(received.clear().limit(size), 2);
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
                    pair.server.read(received.clear().limit(size).position(read), 2);
                }
            }
        }

        assertThat(written).isEqualTo(size);
        assertThat(received).isEqualTo(sent);
        close(pair);
    }

    @Test
    void endsTheReadWhenThePeerHasGone() throws Exception {
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
            DeviceNative.close(key);
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

    private static long closed() {
        return -EngineError.DEVICE_CLOSED.code();
    }
}

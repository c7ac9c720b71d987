package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.file.ChangeFilter;
import io.github.iocp4j.file.DirectoryWatch;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.FileRange;
import io.github.iocp4j.file.FileShare;
import io.github.iocp4j.file.LockMode;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.WatchRecorder;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.PipeMode;
import io.github.iocp4j.socket.SocketClient;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The guarantees of a port are the same for each notification mechanism. */
@Timeout(120)
final class MechanismTest {
    private static final Duration LONG = Duration.ofSeconds(Recorder.TIMEOUT_SECONDS);

    private final Recorder recorder = new Recorder();
    private CompletionPort port;

    @AfterEach
    void closePort() {
        assertThat(port.close(LONG)).as("all closed in time").isTrue();
        assertThat(recorder.isEmpty()).as("nothing came twice").isTrue();
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void pipeCarriesData(final Mechanism mechanism) throws Exception {
        final PipePair pair = connect(mechanism, PipeMode.BYTE);
        assertThat(port.mechanism()).isEqualTo(mechanism);
        final ByteBuffer received = ByteBuffer.allocateDirect(100);
        for (int round = 0; round < 50; round++) {
            final String text = "round " + round;
            pair.server.read(received.clear(), 1);
            pair.client.write(PipePair.buffer(text), 2);
            final Map<Long, Recorder.Completion> both = recorder.nextByToken(2);
            assertThat(both.get(1L).status).isZero();
            assertThat(both.get(2L).bytes).isEqualTo(text.length());
            assertThat(PipePair.text(received, both.get(1L).bytes)).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void dataThatIsThereIsRead(final Mechanism mechanism) throws Exception {
        final PipePair pair = connect(mechanism, PipeMode.BYTE);
        for (int round = 0; round < 50; round++) {
            pair.client.write(PipePair.buffer("there"), 1);
            assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(5);
            pair.server.read(ByteBuffer.allocateDirect(10), 2);
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void truncatedMessageIsReportedAsSuch(final Mechanism mechanism) throws Exception {
        final PipePair pair = connect(mechanism, PipeMode.MESSAGE);
        for (final boolean there : new boolean[] {true, false}) {
            if (!there) {
                pair.server.read(ByteBuffer.allocateDirect(4), 1);
            }
            pair.client.write(PipePair.buffer("too long"), 2);
            if (there) {
                assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(8);
                pair.server.read(ByteBuffer.allocateDirect(4), 1);
            }
            final Map<Long, Recorder.Completion> came = recorder.nextByToken(there ? 1 : 2);
            assertThat(came.get(1L).status).isEqualTo(Win32Error.MORE_DATA);
            assertThat(came.get(1L).bytes).isEqualTo(4);
            pair.server.read(ByteBuffer.allocateDirect(100), 3);
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void brokenPipeFailsAtOnceAndLater(final Mechanism mechanism) throws Exception {
        final PipePair pair = connect(mechanism, PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(1), 1);
        assertThat(pair.client.close(LONG)).isTrue();
        assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
        pair.server.read(ByteBuffer.allocateDirect(1), 2);
        assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void operationIsPendingUntilItsEnd(final Mechanism mechanism) throws Exception {
        final PipePair pair = connect(mechanism, PipeMode.BYTE);
        final long operation = pair.server.read(ByteBuffer.allocateDirect(10), 1);
        assertThat(pair.server.isPending(operation)).isTrue();
        assertThat(pair.client.isPending(operation)).as("on another device").isFalse();
        pair.client.write(PipePair.buffer("x"), 2);
        recorder.next(2);
        assertThat(pair.server.isPending(operation)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void operationIsCancelledOrTimesOut(final Mechanism mechanism) throws Exception {
        final PipePair pair = connect(mechanism, PipeMode.BYTE);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(10);
        for (int round = 0; round < 20; round++) {
            final long operation = pair.server.read(buffer, 1);
            assertThat(pair.server.cancel(operation)).isTrue();
            assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
            assertThat(pair.server.cancel(operation)).as("it is over").isFalse();
        }
        pair.server.read(buffer.clear().limit(1), Duration.ofMillis(10), 2);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void closingADeviceEndsWhatIsInFlight(final Mechanism mechanism) throws Exception {
        for (int round = 0; round < 10; round++) {
            final PipePair pair = round == 0 ? connect(mechanism, PipeMode.BYTE)
                    : PipePair.open(port, recorder, PipeMode.BYTE);
            pair.server.read(ByteBuffer.allocateDirect(1), 1);
            assertThat(pair.server.close(LONG)).isTrue();
            assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
            assertThatThrownBy(() -> pair.server.read(ByteBuffer.allocateDirect(1), 2))
                    .isInstanceOf(DeviceClosedException.class);
            assertThat(pair.client.close(LONG)).isTrue();
        }
        assertThat(port.snapshot().operationsAccepted()).isEqualTo(port.snapshot().operationsCompleted());
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void closingThePortEndsWhatIsInFlight(final Mechanism mechanism) throws Exception {
        final PipePair pair = connect(mechanism, PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(1), 1);
        pair.client.read(ByteBuffer.allocateDirect(1), 2);
        assertThat(port.close(LONG)).isTrue();
        for (final Recorder.Completion completion : recorder.next(2)) {
            // One end may see the other go first.
            assertThat(completion.status).isIn(Win32Error.HANDLES_CLOSED, Win32Error.BROKEN_PIPE);
        }
    }

    /** More objects than one thread can wait for (64); each signal reaches its own operation. */
    @ParameterizedTest
    @EnumSource(value = Mechanism.class, names = {"COMPLETION_PORT", "APC", "EVENT"})
    void twoHundredOperationsOnOneDevice(final Mechanism mechanism) throws Exception {
        final PipePair pair = connect(mechanism, PipeMode.MESSAGE);
        final ByteBuffer[] received = new ByteBuffer[200];
        for (int i = 0; i < received.length; i++) {
            received[i] = ByteBuffer.allocateDirect(10);
            pair.server.read(received[i], i);
        }
        for (int i = 0; i < received.length; i++) {
            pair.client.write(PipePair.buffer("m" + i), 1000 + i);
        }
        final Map<Long, Recorder.Completion> all = recorder.nextByToken(2 * received.length);
        for (int i = 0; i < received.length; i++) {
            assertThat(PipePair.text(received[i], all.get((long) i).bytes)).isEqualTo("m" + i);
        }
    }

    @Test
    void handleSignalsOneOperationAtATime() throws Exception {
        final PipePair pair = connect(Mechanism.HANDLE, PipeMode.BYTE);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(10);
        final long first = pair.server.read(buffer, 1);
        assertThatThrownBy(() -> pair.server.write(buffer, 2)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one operation at a time");
        pair.client.write(PipePair.buffer("x"), 3);
        assertThat(recorder.nextByToken(2).keySet()).containsExactlyInAnyOrder(1L, 3L);
        assertThat(pair.server.cancel(first)).isFalse();
        pair.server.read(buffer, 4);
        pair.server.cancelAll();
        assertThat(recorder.next().token).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void fileIsReadAndWritten(final Mechanism mechanism, @TempDir final Path folder) throws Exception {
        open(mechanism);
        final Path path = Files.createFile(folder.resolve("file"));
        try (OverlappedFile file = OverlappedFile.builder(port, path).read().write().open()) {
            for (int i = 0; i < 20; i++) {
                file.write(PipePair.buffer("at " + (10 + i)), FilePosition.at(5L * i), i);
                assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(5);
            }
            final ByteBuffer buffer = ByteBuffer.allocateDirect(5);
            file.read(buffer, FilePosition.at(35), 1);
            assertThat(PipePair.text(buffer, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("at 17");
            file.read(buffer, FilePosition.at(1000), 2);
            assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLE_EOF);
        }
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void fileIsLocked(final Mechanism mechanism, @TempDir final Path folder) throws Exception {
        open(mechanism);
        final Path path = Files.createFile(folder.resolve("file"));
        try (OverlappedFile file = OverlappedFile.builder(port, path).read().write().share(FileShare.values()).open();
                OverlappedFile other = OverlappedFile.builder(port, path).read().write()
                        .share(FileShare.values()).open()) {
            for (int i = 0; i < 5; i++) {
                file.tryLock(FileRange.from(10).length(5), LockMode.EXCLUSIVE, 1);
                assertThat(recorder.nextSuccess(Opcode.LOCK).token).isEqualTo(1);
                other.tryLock(FileRange.from(12).length(1), LockMode.EXCLUSIVE, 2);
                assertThat(recorder.next().status).isEqualTo(Win32Error.LOCK_VIOLATION);
                file.unlock(FileRange.from(10).length(5));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void deviceIsControlled(final Mechanism mechanism) throws Exception {
        final int peek = 0x11400c;
        final PipePair pair = connect(mechanism, PipeMode.BYTE);
        pair.client.write(PipePair.buffer("abc"), 0);
        recorder.nextSuccess(Opcode.WRITE);
        for (int i = 0; i < 5; i++) {
            final ByteBuffer out = ByteBuffer.allocateDirect(16).order(ByteOrder.LITTLE_ENDIAN);
            pair.server.control(peek, null, out, i);
            assertThat(recorder.next().token).isEqualTo(i);
            assertThat(out.getInt(4)).as("bytes in the pipe").isEqualTo(3);
        }
    }

    /** While the listener is busy, the next call is in flight and other changes wait to be reported. */
    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void watchReportsWhatHasHappenedMeanwhile(final Mechanism mechanism, @TempDir final Path folder) throws Exception {
        open(mechanism);
        final WatchRecorder watching = new WatchRecorder();
        try (CompletionPort watched = CompletionPort.builder(watching).mechanism(mechanism).open()) {
            DirectoryWatch.builder(watched, folder).filter(Set.of(ChangeFilter.FILE_NAME)).open();
            for (int round = 0; round < 5; round++) {
                watching.hold();
                Files.createFile(folder.resolve("first " + round));
                watching.await("ADDED first " + round);
                Files.createFile(folder.resolve("second " + round));
                watching.let();
                watching.await("ADDED second " + round);
                // Otherwise the next hold() would keep the listener in this call, and no change could be reported.
                watching.await("the listener's return", () -> watching.inside() == 0);
            }
            assertThat(watching.changes).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void socketsAcceptConnectAndCarryData(final Mechanism mechanism) throws Exception {
        open(mechanism);
        final SocketServer server = SocketServer.builder(port, new InetSocketAddress(
                InetAddress.getLoopbackAddress(), 0)).open();
        final StreamSocket client = SocketClient.builder(port, server.localAddress()).connect(7);
        StreamSocket accepted = null;
        for (int i = 0; i < 2; i++) {
            final Recorder.Completion completion = recorder.next();
            assertThat(completion.status).as(completion.toString()).isZero();
            if (completion.opcode == Opcode.ACCEPT) {
                accepted = (StreamSocket) completion.device;
            }
        }
        final StreamSocket peer = accepted;
        final ByteBuffer received = ByteBuffer.allocateDirect(100);
        for (int round = 0; round < 20; round++) {
            peer.read(received.clear(), 1);
            client.write(PipePair.buffer("over a socket"), 2);
            final Map<Long, Recorder.Completion> both = recorder.nextByToken(2);
            assertThat(PipePair.text(received, both.get(1L).bytes)).isEqualTo("over a socket");
        }
        final long operation = peer.read(received, 3);
        assertThat(peer.cancel(operation)).isTrue();
        assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
        peer.read(received, 4);
        assertThat(peer.close(LONG)).isTrue();
        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void transfersCompleteInlineWhereTheyCan(final Mechanism mechanism) throws Exception {
        final PipePair pair = connect(mechanism, PipeMode.BYTE);
        pair.server.completeInline();
        pair.client.write(PipePair.buffer("xy"), 1);
        recorder.nextSuccess(Opcode.WRITE);
        final long answer = pair.server.read(ByteBuffer.allocateDirect(10), 2);
        if (InlineCompletion.is(answer)) {
            assertThat(InlineCompletion.bytes(answer)).isEqualTo(2);
            assertThat(mechanism).isNotEqualTo(Mechanism.APC);
        } else {
            assertThat(mechanism).isNotEqualTo(Mechanism.COMPLETION_PORT);
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void polledPortGetsTheSame(final Mechanism mechanism) throws Exception {
        port = CompletionPort.builder(recorder).mechanism(mechanism).polled().open();
        try (CompletionPoller poller = port.openPoller()) {
            final PipePair pair = PipePair.open(port, PipeMode.BYTE, () -> {
                while (recorder.isEmpty()) {
                    poller.poll();
                }
                return (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device;
            });
            pair.server.read(ByteBuffer.allocateDirect(10), 1);
            pair.client.write(PipePair.buffer("x"), 2);
            int delivered = 0;
            while (delivered < 2) {
                delivered += poller.poll();
            }
            assertThat(recorder.nextByToken(2).keySet()).containsExactlyInAnyOrder(1L, 2L);
        }
    }

    private void open(final Mechanism mechanism) throws Exception {
        port = CompletionPort.builder(recorder).mechanism(mechanism).workers(2).operations(1000).open();
    }

    private PipePair connect(final Mechanism mechanism, final PipeMode mode) throws Exception {
        open(mechanism);
        return PipePair.open(port, recorder, mode);
    }
}

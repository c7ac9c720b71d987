package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.BlockingCall;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.internal.NamedPipeNative;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a pipe can do beyond reading, writing and closing. */
@Timeout(120)
final class NamedPipeCallsTest extends CheckedPort {
    private final ByteBuffer room = ByteBuffer.allocateDirect(64);

    // --- Transactions ---------------------------------------------------------------------------------------------

    @Test
    void transactsAMessageForItsAnswer() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        final ByteBuffer answer = ByteBuffer.allocateDirect(20);

        pair.client.transact(PipePair.buffer("..question").position(2), answer.position(5).limit(15), 1);
        pair.server.read(room, 2);
        assertThat(PipePair.text(room, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("question");
        pair.server.write(PipePair.buffer("answer"), 3);

        final Map<Long, Recorder.Completion> completions = recorder.nextByToken(2);
        assertThat(completions.get(1L).opcode).isEqualTo(Opcode.TRANSACT);
        assertThat(completions.get(1L).status).isZero();
        assertThat(completions.get(1L).bytes).isEqualTo(6);
        assertThat(completions.get(1L).device).isSameAs(pair.client);
        assertThat(answer.position(5).limit(11)).isEqualTo(PipePair.buffer("answer"));
    }

    @Test
    void keepsTheRestOfAnAnswerThatDoesNotFit() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        pair.client.transact(PipePair.buffer("question"), room.limit(4), 1);
        pair.server.write(PipePair.buffer("0123456789"), 2);

        final Recorder.Completion transacted = recorder.nextByToken(2).get(1L);
        assertThat(transacted.status).isEqualTo(Win32Error.MORE_DATA);
        assertThat(PipePair.text(room, transacted.bytes)).isEqualTo("0123");
        assertThat(pair.client.peek().bytesLeftInMessage()).isEqualTo(6);
        room.clear();
        pair.client.read(room, 3);
        assertThat(PipePair.text(room, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("456789");
    }

    @Test
    void transactionCanTakeTooLong() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);

        pair.client.transact(PipePair.buffer("question"), room, Duration.ofMillis(50), 1);

        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
        assertThatThrownBy(() -> pair.client.transact(PipePair.buffer("question"), room, Duration.ZERO, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("more than zero");
    }

    @Test
    void transactionNeedsMessages() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);

        pair.client.transact(PipePair.buffer("question"), room, 1);

        assertThat(recorder.next().status).isNotZero();
    }

    @Test
    void transactionNeedsDirectBuffersAndRoomForTheAnswer() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        final ByteBuffer heap = ByteBuffer.allocate(4);

        assertThatThrownBy(() -> pair.client.transact(heap, room, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allocateDirect");
        assertThatThrownBy(() -> pair.client.transact(room, heap, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pair.client.transact(room, room.asReadOnlyBuffer(), 1))
                .isInstanceOf(ReadOnlyBufferException.class);
        pair.client.close();
        assertThatThrownBy(() -> pair.client.transact(room, room, 1)).isInstanceOf(DeviceClosedException.class);
    }

    // --- Looking and flushing -------------------------------------------------------------------------------------

    @Test
    void looksWithoutTaking() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        assertThat(pair.server.peek().bytesAvailable()).isZero();
        pair.client.write(PipePair.buffer("abc"), 0);
        pair.client.write(PipePair.buffer("de"), 0);
        recorder.next(2);

        assertThat(pair.server.peek().bytesAvailable()).isEqualTo(5);
        assertThat(pair.server.peek().toString()).contains("5 bytes");

        pair.client.close();
        pair.server.read(room, 0);
        pair.server.read(room, 0);
        recorder.next(2);
        assertThat(catchThrowableOfType(Win32Exception.class, pair.server::peek).code())
                .isEqualTo(Win32Error.BROKEN_PIPE);
        pair.server.close();
        assertThatThrownBy(pair.server::peek).isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void flushesUntilThePeerHasRead() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.client.write(PipePair.buffer("abc"), 0);
        recorder.nextSuccess(Opcode.WRITE);
        final AtomicBoolean mayRead = new AtomicBoolean();
        final BlockingCall<Boolean> flushed = BlockingCall.enter(NamedPipeNative.class, () -> {
            pair.client.flush();
            return mayRead.get();
        });
        mayRead.set(true);
        pair.server.read(room, 0);
        assertThat(flushed.get()).as("it has waited for the read").isTrue();
        recorder.nextSuccess(Opcode.READ);

        pair.client.write(PipePair.buffer("abc"), 0);
        recorder.nextSuccess(Opcode.WRITE);
        final AtomicBoolean mayClose = new AtomicBoolean();
        final BlockingCall<Boolean> ended = BlockingCall.enter(NamedPipeNative.class, () -> {
            assertThatThrownBy(pair.client::flush)
                    .isInstanceOfAny(Win32Exception.class, DeviceClosedException.class);
            return mayClose.get();
        });
        mayClose.set(true);
        assertThat(pair.client.close(LONG)).as("closing ends the wait").isTrue();
        assertThat(ended.get()).as("it has waited until then").isTrue();
    }

    @Test
    void knowsThePeersSession() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);

        assertThat(pair.client.peerSessionId()).as("we are both ends").isEqualTo(pair.server.peerSessionId());

        pair.client.close();
        assertThatThrownBy(pair.client::peerSessionId).isInstanceOf(DeviceClosedException.class);
    }

    @ParameterizedTest
    @EnumSource
    void connectsAtEveryLevelOfImpersonation(final ImpersonationLevel level) throws Exception {
        final String name = PipePair.newName();
        NamedPipeServer.builder(port, name).open();

        assertThat(NamedPipeClient.builder(port, name).impersonation(level).connect().isOpen()).isTrue();

        recorder.nextSuccess(Opcode.ACCEPT);
    }

    // --- Disconnecting --------------------------------------------------------------------------------------------

    @Test
    void disconnectsAndLetsTheInstanceWaitForAnotherClient() throws Exception {
        final String name = PipePair.newName();
        NamedPipeServer.builder(port, name).listening(1).maxInstances(1).token(4711).open();
        NamedPipe previous = null;
        for (int i = 0; i < 5; i++) {
            final NamedPipe client = NamedPipeClient.builder(port, name).timeout(LONG).connect();
            final Recorder.Completion accepted = recorder.nextSuccess(Opcode.ACCEPT);
            final NamedPipe connection = (NamedPipe) accepted.device;
            assertThat(accepted.token).isEqualTo(4711);
            assertThat(connection).isNotSameAs(previous);
            if (previous != null) {
                final NamedPipe stale = previous;
                assertThat(connection.key()).isNotEqualTo(stale.key());
                assertThatThrownBy(() -> stale.write(PipePair.buffer("x"), 0)).as("not to another client")
                        .isInstanceOf(DeviceClosedException.class);
                assertThatThrownBy(stale::disconnect).isInstanceOf(DeviceClosedException.class);
            }
            connection.read(room, i);

            connection.disconnect();

            assertThat(connection.isOpen()).isFalse();
            final Recorder.Completion read = recorder.next();
            assertThat(read.token).isEqualTo(i);
            assertThat(read.status).isEqualTo(Win32Error.PIPE_NOT_CONNECTED);
            client.read(room, 100);
            assertThat(recorder.next().status).isEqualTo(Win32Error.PIPE_NOT_CONNECTED);
            client.close();
            previous = connection;
        }
    }

    @Test
    void mayDisconnectInTheListener() throws Exception {
        final String name = PipePair.newName();
        final Recorder seen = new Recorder();
        try (CompletionPort own = CompletionPort.batchBuilder(batch -> {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.opcode(i) == Opcode.ACCEPT && batch.status(i) == Win32Error.SUCCESS) {
                    try {
                        ((NamedPipe) batch.device(i)).disconnect();
                    } catch (final Win32Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
            seen.onCompletions(batch);
        }).open()) {
            NamedPipeServer.builder(own, name).listening(1).maxInstances(1).open();
            for (int i = 0; i < 10; i++) {
                NamedPipeClient.builder(port, name).timeout(LONG).connect();
                seen.nextSuccess(Opcode.ACCEPT);
            }
        }
    }

    @Test
    void clientCannotDisconnect() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);

        assertThatThrownBy(pair.client::disconnect).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("only the server's end can");

        assertThat(pair.client.isOpen()).isTrue();
    }

    // --- Half close -----------------------------------------------------------------------------------------------

    @Test
    void closesHalfOfAPipeOfMessages() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        pair.client.closeWrite(1);
        assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isZero();
        pair.server.read(room, 2);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).as("the peer's end of data").isZero();

        pair.server.write(PipePair.buffer("still"), 3);
        pair.client.read(room, 4);
        assertThat(recorder.nextByToken(2).get(4L).bytes).as("the other way stays open").isEqualTo(5);

        assertThatThrownBy(() -> pair.client.write(PipePair.buffer("more"), 5))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("closeWrite");
        assertThatThrownBy(() -> pair.client.transact(PipePair.buffer("more"), room, 5))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.client.closeWrite(5)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void knowsAPipeOfMessagesThatIsReadByBytes() throws Exception {
        final String name = PipePair.newName();
        NamedPipeServer.builder(port, name).mode(PipeMode.MESSAGE).open();
        final NamedPipe client = NamedPipeClient.builder(port, name).mode(PipeMode.BYTE).connect();
        recorder.nextSuccess(Opcode.ACCEPT);

        client.closeWrite(1);

        recorder.nextSuccess(Opcode.WRITE);
    }

    @Test
    void cannotCloseHalfOfAPipeOfBytes() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);

        assertThatThrownBy(() -> pair.server.closeWrite(1)).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("flush and close");

        pair.server.close();
        assertThatThrownBy(() -> pair.server.closeWrite(1)).isInstanceOf(DeviceClosedException.class);
    }
}

package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.fixtures.Garbage;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.PipesOnAPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The buffers of a pipe's operations: which ones are refused, and how long the others are kept. */
@Timeout(120)
final class NamedPipeBuffersTest extends PipesOnAPort {
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
        assertThatThrownBy(() -> pair.server.read(null, 0)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pair.server.write(null, 0)).isInstanceOf(NullPointerException.class);

        assertThat(port.snapshot().operationsInFlight()).isZero();
        close(pair);
    }

    @Test
    void refusesInNativeCodeToo() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final long badBuffer = -EngineError.BAD_BUFFER.code();
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

package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of device reports the end of the data in its own way; isEnd recognizes each, and nothing else. */
@Timeout(120)
final class EndsAndAbortsTest {
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final Recorder recorder = new Recorder();
    private CompletionPort port;

    @BeforeEach
    void open() throws Exception {
        port = CompletionPort.open(completion -> {
            if (completion.opcode() == Opcode.READ) {
                seen.add((completion.isEnd() ? "end " : completion.isAborted() ? "abort " : "")
                        + Win32Error.name(completion.status()) + " " + completion.bytes());
            } else {
                recorder.onCompletion(completion);
            }
        });
    }

    @AfterEach
    void close() {
        assertThat(port.close(Duration.ofSeconds(Recorder.TIMEOUT_SECONDS))).isTrue();
    }

    @Test
    void aPipeEndsWhenThePeerHasGone() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(4), 0);
        pair.client.write(PipePair.buffer("ab"), 0);
        assertThat(next()).isEqualTo("ERROR_SUCCESS 2");
        pair.server.read(ByteBuffer.allocateDirect(4), 0);
        pair.client.close();
        assertThat(next()).isEqualTo("end ERROR_BROKEN_PIPE 0");
    }

    @Test
    void anEmptyMessageIsNoEnd() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        pair.server.read(ByteBuffer.allocateDirect(4), 0);
        pair.client.write(ByteBuffer.allocateDirect(0), 0);
        assertThat(next()).isEqualTo("ERROR_SUCCESS 0");
    }

    @Test
    void aStreamSocketEndsWithNoBytes() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        pair.server.read(ByteBuffer.allocateDirect(4), 0);
        pair.client.shutdownOutput();
        assertThat(next()).isEqualTo("end ERROR_SUCCESS 0");
    }

    @Test
    void aSocketsReadOfNoBytesIsNoEnd() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        pair.client.write(PipePair.buffer("x"), 0);
        pair.server.read(ByteBuffer.allocateDirect(0), 0);
        assertThat(next()).isEqualTo("ERROR_SUCCESS 0");
        pair.server.readScatter(new ByteBuffer[] {ByteBuffer.allocateDirect(0), ByteBuffer.allocateDirect(0)}, 0);
        assertThat(next()).isEqualTo("ERROR_SUCCESS 0");
        pair.server.readScatter(new ByteBuffer[] {ByteBuffer.allocateDirect(0), ByteBuffer.allocateDirect(4)}, 0);
        assertThat(next()).isEqualTo("ERROR_SUCCESS 1");
        pair.client.shutdownOutput();
        pair.server.readScatter(new ByteBuffer[] {ByteBuffer.allocateDirect(0), ByteBuffer.allocateDirect(4)}, 0);
        assertThat(next()).isEqualTo("end ERROR_SUCCESS 0");
    }

    @Test
    void aFileEndsBehindItsLastByte(@TempDir final Path folder) throws Exception {
        final Path path = Files.write(folder.resolve("file"), new byte[] {1, 2, 3});
        try (OverlappedFile file = OverlappedFile.builder(port, path).open()) {
            file.read(ByteBuffer.allocateDirect(4), FilePosition.at(0), 0);
            assertThat(next()).isEqualTo("ERROR_SUCCESS 3");
            file.read(ByteBuffer.allocateDirect(0), FilePosition.at(0), 0);
            assertThat(next()).isEqualTo("ERROR_SUCCESS 0");
            file.read(ByteBuffer.allocateDirect(4), FilePosition.at(3), 0);
            assertThat(next()).isEqualTo("end ERROR_HANDLE_EOF 0");
        }
    }

    @Test
    void anAbortIsOneByAnyOfThreeCauses() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(4);
        pair.server.cancel(pair.server.read(buffer, 0));
        assertThat(next()).isEqualTo("abort ERROR_OPERATION_ABORTED 0");
        pair.server.read(buffer.clear().limit(4), Duration.ofMillis(1), 0);
        assertThat(next()).isEqualTo("abort ERROR_TIMEOUT 0");
        pair.server.read(buffer, 0);
        pair.server.close();
        assertThat(next()).isEqualTo("abort ERROR_HANDLES_CLOSED 0");
    }

    private String next() throws InterruptedException {
        return seen.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}

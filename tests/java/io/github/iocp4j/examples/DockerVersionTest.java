package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client of Docker's engine, with a fake engine whose answers the test chooses. */
@Timeout(180)
class DockerVersionTest {
    private static final String PIPE = "iocp4j-engine-" + ProcessHandle.current().pid();

    @Test
    void readsTheAnswerToItsEnd() throws Exception {
        final String body = "{\"Version\":\"28.0.1\",\"Padding\":\"" + "x".repeat(20_000) + "\"}";

        assertThat(ask("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + body)).isEqualTo(body);
    }

    @Test
    void reportsAnotherAnswerOfTheEngine() {
        assertThatThrownBy(() -> ask("HTTP/1.0 404 Not Found\r\n\r\n{}")).isInstanceOf(IOException.class)
                .hasMessageContaining("404 Not Found");
        assertThatThrownBy(() -> ask("")).isInstanceOf(IOException.class).hasMessageContaining("nothing");
    }

    @Test
    void failsWithoutAnEngine() {
        assertThatThrownBy(() -> DockerVersion.get(PIPE, "/version")).isInstanceOfSatisfying(
                Win32Exception.class, failure -> assertThat(failure.code()).isEqualTo(Win32Error.FILE_NOT_FOUND));
    }

    private static String ask(final String answer) throws Exception {
        final Engine engine = new Engine(answer);
        try (CompletionPort port = CompletionPort.open(engine::onCompletion);
                NamedPipeServer server = NamedPipeServer.builder(port, PIPE).open()) {
            return DockerVersion.get(server.name(), "/version");
        } catch (final ExecutionException e) {
            throw new AssertionError("the exchange has failed", e);
        } finally {
            assertThat(engine.request).startsWith("GET /version HTTP/1.0\r\n").endsWith("\r\n\r\n");
        }
    }

    /** Reads one request, sends the answer in pieces, and closes. */
    private static final class Engine {
        private final ByteBuffer heard = ByteBuffer.allocateDirect(4096);
        private final ByteBuffer answer;
        private volatile String request = "";

        Engine(final String answer) {
            this.answer = ByteBuffer.allocateDirect(answer.length()).put(answer.getBytes(US_ASCII)).flip();
        }

        void onCompletion(final Completion completion) {
            if (completion.status() != Win32Error.SUCCESS) {
                return;
            }
            final NamedPipe pipe = (NamedPipe) completion.device();
            switch (completion.opcode()) {
                case READ:
                    heard.position(heard.position() + completion.bytes());
                    request = US_ASCII.decode(heard.duplicate().flip()).toString();
                    break;
                case WRITE:
                    answer.position(answer.position() + completion.bytes());
                    break;
                default:
            }
            if (!request.endsWith("\r\n\r\n")) {
                pipe.read(heard, 0);
            } else if (answer.hasRemaining()) {
                pipe.write(answer.duplicate().limit(Math.min(answer.limit(), answer.position() + 7_000)), 0);
            } else {
                pipe.close();
            }
        }
    }
}

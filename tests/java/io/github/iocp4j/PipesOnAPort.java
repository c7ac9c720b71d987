package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A port for pipes. At the end all is closed in time, and nothing has come that no test has asked for. */
abstract class PipesOnAPort {
    static final Duration LONG = Duration.ofSeconds(Recorder.PATIENCE_SECONDS);

    final Recorder recorder = new Recorder();
    CompletionPort port;

    @BeforeEach
    void openPort() throws Exception {
        port = CompletionPort.builder(recorder).operations(1_000).open();
    }

    @AfterEach
    void closePort() {
        assertThat(port.close(LONG)).as("all closed in time").isTrue();
        assertThat(recorder.isEmpty()).as("no completion that nobody expected").isTrue();
    }

    final PipePair open(final PipeMode mode) throws Exception {
        return PipePair.open(port, recorder, mode);
    }

    static void close(final PipePair pair) {
        assertThat(pair.client.close(LONG)).isTrue();
        assertThat(pair.server.close(LONG)).isTrue();
    }

    final void assertRead(final NamedPipe pipe, final ByteBuffer buffer, final int status, final String text)
            throws InterruptedException {
        pipe.read(buffer, 77);
        final Recorder.Completion completion = recorder.next();
        assertThat(completion.token).isEqualTo(77);
        assertThat(completion.status).isEqualTo(status);
        assertThat(PipePair.text(buffer, completion.bytes)).isEqualTo(text);
    }
}

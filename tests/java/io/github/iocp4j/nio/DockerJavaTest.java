package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import io.github.iocp4j.examples.DockerOverPipe;
import io.github.iocp4j.fixtures.PipePair;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** docker-java, whose transport is a socket of ours, with a stand-in of Docker's engine. */
@Timeout(180)
final class DockerJavaTest {
    private static final int TIMEOUT_SECONDS = 120;

    private DockerEngine engine;
    private DockerClient docker;

    @BeforeEach
    void open() throws IOException {
        engine = new DockerEngine();
        docker = client(engine.server.pipe);
    }

    @AfterEach
    void close() throws IOException {
        docker.close();
        engine.close();
        assertThat(engine.server.failures).isEmpty();
    }

    @Test
    void asksForTheVersionAndTheContainers() {
        assertThat(docker.versionCmd().exec().getVersion()).isEqualTo("28.0.1");
        assertThat(docker.listContainersCmd().exec()).extracting(Container::getImage)
                .containsExactly("first", "second");
    }

    @Test
    void theExampleShowsBoth() throws Exception {
        final PrintStream before = System.out;
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, US_ASCII));
        try {
            DockerOverPipe.main(new String[] {engine.server.pipe});
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(US_ASCII).lines()).containsExactly("Docker 28.0.1", "first", "second");
    }

    @Test
    void reportsAnotherAnswerOfTheEngine() {
        assertThatThrownBy(() -> docker.inspectContainerCmd("none").exec()).isInstanceOf(NotFoundException.class)
                .hasMessageContaining("not found here");
    }

    @Test
    void attachesToBothDirectionsAtOnce() throws Exception {
        // Much more than the pipe's buffers take: the container prints what it reads, and would wait for ever.
        final byte[] input = new byte[3_000_000];
        new Random(4).nextBytes(input);
        final Printed printed = new Printed();
        docker.attachContainerCmd("one").withFollowStream(true).withStdOut(true).withStdErr(true)
                .withStdIn(new ByteArrayInputStream(input)).exec(printed);
        assertThat(printed.awaitCompletion(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(printed.out.toByteArray()).isEqualTo(input);
        // The container has seen the end of its input while its output was open.
        assertThat(printed.errors.toString(US_ASCII)).isEqualTo(Integer.toString(input.length));
    }

    @Test
    void closeEndsAnAttachWhoseInputIsSilent() throws Exception {
        final Printed printed = new Printed();
        final LinkedBlockingQueue<Integer> typed = new LinkedBlockingQueue<>();
        docker.attachContainerCmd("one").withFollowStream(true).withStdOut(true).withStdIn(new Keyboard(typed))
                .exec(printed);
        typed.add((int) 'a');
        assertThat(printed.frames.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo("a");
        printed.close();
        typed.add(-1);
    }

    @Test
    void followsALogUntilItIsClosed() throws Exception {
        final Printed printed = new Printed();
        docker.logContainerCmd("one").withFollowStream(true).withStdOut(true).exec(printed);
        for (int line = 0; line < 100; line++) {
            engine.lines.release();
            assertThat(printed.frames.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo("line " + line + "\n");
        }
        // Another thread waits for the next line.
        printed.close();
        engine.lines.release(1_000_000);
        assertThat(engine.unfollowed.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(docker.versionCmd().exec().getVersion()).as("on another connection").isEqualTo("28.0.1");
    }

    @Test
    void failsWhenTheEngineEndsInTheMiddle() {
        assertThatThrownBy(() -> docker.waitContainerCmd("one").start().awaitStatusCode(
                TIMEOUT_SECONDS, TimeUnit.SECONDS)).isInstanceOf(RuntimeException.class);
    }

    @Test
    void failsWithoutAnEngine() throws IOException {
        final String missing = PipePair.newName();
        try (DockerClient client = client(missing)) {
            assertThatThrownBy(() -> client.versionCmd().exec()).hasMessageContaining(missing)
                    .hasRootCauseInstanceOf(IOException.class).hasCauseInstanceOf(ConnectException.class);
        }
    }

    private static DockerClient client(final String pipe) {
        final DockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost("npipe:////./pipe/" + pipe).build();
        return DockerClientImpl.getInstance(config, new DockerOverPipe(config.getDockerHost()));
    }

    /** What a container prints. */
    private static final class Printed extends ResultCallback.Adapter<Frame> {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        final BlockingQueue<String> frames = new LinkedBlockingQueue<>();

        @Override
        public void onNext(final Frame frame) {
            switch (frame.getStreamType()) {
                case STDOUT:
                    out.writeBytes(frame.getPayload());
                    break;
                case STDERR:
                    errors.writeBytes(frame.getPayload());
                    break;
                default:
                    throw new AssertionError(frame);
            }
            frames.add(new String(frame.getPayload(), US_ASCII));
        }
    }

    /** Characters as they are typed; -1 is the end. */
    private static final class Keyboard extends InputStream {
        private final BlockingQueue<Integer> typed;

        Keyboard(final BlockingQueue<Integer> typed) {
            this.typed = typed;
        }

        @Override
        public int read() throws IOException {
            try {
                return typed.take();
            } catch (final InterruptedException interrupted) {
                throw new IOException(interrupted);
            }
        }

        @Override
        public int read(final byte[] target, final int offset, final int length) throws IOException {
            final int one = read();
            target[offset] = (byte) one;
            return Math.min(one, 1);
        }
    }
}

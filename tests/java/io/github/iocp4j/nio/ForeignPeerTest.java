package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.Launch;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program in C on the other end, which knows only files. */
@Timeout(180)
final class ForeignPeerTest {
    private static final String PROGRAM =
            Path.of(System.getProperty("iocp4j.tests.native"), "pipe_peer.exe").toAbsolutePath().toString();

    @Test
    void aClientGetsBackWhatItSends() throws Exception {
        final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());
        try (PipeServerSocket server = server(address)) {
            final Process client = start("echo", address, "1000000");
            try (PipeSocket socket = server.accept()) {
                assertThat(socket.pipe().peerProcessId()).isNotEqualTo((int) ProcessHandle.current().pid());
                assertThat(socket.getInputStream().transferTo(socket.getOutputStream())).isEqualTo(1_000_000);
            }
            assertThat(client.waitFor()).isZero();
        }
    }

    @Test
    void theEndOfAClientIsTheEndOfTheData() throws Exception {
        final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());
        try (PipeServerSocket server = server(address)) {
            final Process client = start("say", address, "last-words");
            try (PipeSocket socket = server.accept()) {
                assertThat(client.waitFor()).isZero();
                assertThat(socket.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("last-words");
                assertThatThrownBy(() -> socket.getOutputStream().write(1)).hasMessage("Pipe closed");
            }
        }
    }

    @Test
    void aServerLeavesInTheMiddle() throws Exception {
        final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());
        final Process server = start("leave", address, "half");
        final InputStream printed = server.getInputStream();
        for (int read = printed.read(); read != '\n'; read = printed.read()) {
            assertThat(read).as("a character of \"serving\"").isPositive();
        }
        try (PipeSocket socket = new PipeSocket()) {
            socket.connect(address, 60_000);
            final InputStream in = socket.getInputStream();
            assertThat(in.readNBytes(4)).asString(UTF_8).isEqualTo("half");
            final Waiting<Integer> read = Waiting.enter(in::read);
            // Much more than the pipe takes: the server ends while this is being written.
            assertThatThrownBy(() -> socket.getOutputStream().write(new byte[1_000_000]))
                    .isInstanceOf(IOException.class).hasMessage("Pipe closed");
            assertThat(read.get()).isEqualTo(-1);
        }
        assertThat(server.waitFor()).isZero();
        assertThatThrownBy(() -> new PipeSocket(address.toString())).hasMessageContaining("no server");
    }

    private static PipeServerSocket server(final NamedPipeAddress address) throws IOException {
        final PipeServerSocket server = new PipeServerSocket();
        server.bind(address);
        return server;
    }

    private static Process start(final String what, final NamedPipeAddress address, final String argument)
            throws IOException {
        return Launch.of(new ProcessBuilder(PROGRAM, what, address.path(), argument)
                .redirectError(ProcessBuilder.Redirect.INHERIT));
    }
}

package io.github.iocp4j.tools.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.load.PipeEchoLoad;
import io.github.iocp4j.load.TcpEchoLoad;
import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
final class EchoTest {
    private static final AtomicInteger STARTED = new AtomicInteger();
    private static final int CLIENTS = 64;
    private static final int ROUNDS = 20;

    @TempDir
    private static Path folder;

    private final String pipe = "iocp4j-echo-" + ProcessHandle.current().pid() + '-' + STARTED.incrementAndGet();

    @Test
    void manyClientsOfBothKindsHearWhatTheySay() throws Exception {
        try (ToolProcess echo = serving("--port", "0", "--pipe", pipe)) {
            TcpEchoLoad.run(address(echo), CLIENTS, ROUNDS);
            PipeEchoLoad.run(pipe, CLIENTS, ROUNDS);
            assertThat(echo.isAlive()).isTrue();
        }
    }

    @Test
    void ctrlCEndsItCleanly() throws Exception {
        final String[] args = {"echo", "--port", "0", "--pipe", pipe, "--max-connections", "2", "--stats"};
        try (ToolProcess echo = Programs.nativeProgram(folder, "ctrl_c", Programs.toolCommand(args))) {
            try (Socket open = connect(awaitServing(echo))) {
                assertEchoes(open);
                PipeEchoLoad.run(pipe, 1, ROUNDS);
            } finally {
                // The tool is a child of the program that we can kill, and would live on.
                echo.endInput();
                assertThat(echo.exitCode()).as(echo::errors).isZero();
            }
            assertThat(echo.figure("connections")).isEqualTo(2);
            assertThat(echo.figure("refused")).isZero();
            assertThat(echo.figure("lost")).isZero();
        }
    }

    @Test
    void whoShutsDownHearsEverythingThenTheEnd() throws Exception {
        try (ToolProcess echo = serving("--port", "0"); Socket client = connect(echo)) {
            final byte[] much = new byte[100_000];
            for (int i = 0; i < much.length; i++) {
                much[i] = (byte) (i * 7);
            }
            client.getOutputStream().write(much);
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).isEqualTo(much);
        }
    }

    @Test
    void moreClientsThanAllowedAreTurnedAway() throws Exception {
        try (ToolProcess echo = serving("--port", "0", "--max-connections", "2")) {
            final Socket one = connect(echo);
            assertEchoes(one);
            final Socket two = connect(echo);
            assertEchoes(two);
            try (Socket three = connect(echo)) {
                assertThat(isTurnedAway(three)).isTrue();
            }
            one.close();
            // The server learns of it a moment later.
            Socket again = connect(echo);
            while (isTurnedAway(again)) {
                again.close();
                again = connect(echo);
            }
            again.close();
            assertEchoes(two);
            two.close();
        }
    }

    @Test
    void anotherServersPipeIsNotTakenOver() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, new InetSocketAddress("127.0.0.1", 0).getAddress());
                ToolProcess echo = Programs.tool(
                        folder, "echo", "--port", Integer.toString(other.getLocalPort()))) {
            assertThat(echo.exitCode()).isEqualTo(2);
            assertThat(echo.errors()).contains("The port " + other.getLocalPort() + " is in use");
        }
        try (ToolProcess first = serving("--pipe", pipe); ToolProcess second =
                Programs.tool(folder, "echo", "--pipe", pipe)) {
            assertThat(second.exitCode()).isEqualTo(2);
            assertThat(second.errors()).contains("The pipe " + pipe + " is in use");
            assertThat(first.isAlive()).isTrue();
        }
    }

    private static ToolProcess serving(final String... args) throws Exception {
        final String[] all = new String[args.length + 1];
        all[0] = "echo";
        System.arraycopy(args, 0, all, 1, args.length);
        return awaitServing(Programs.tool(folder, all));
    }

    /** Waits until everything is served: the tool says so when it is. */
    private static ToolProcess awaitServing(final ToolProcess echo) throws Exception {
        try {
            echo.awaitErrors("echo: serving ");
            return echo;
        } catch (final IOException failed) {
            echo.close();
            throw failed;
        }
    }

    private static InetSocketAddress address(final ToolProcess echo) {
        final String line = echo.errors().lines().filter(text -> text.startsWith("echo: serving 127.")).findFirst()
                .orElseThrow();
        return new InetSocketAddress("127.0.0.1", Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)));
    }

    private static Socket connect(final ToolProcess echo) throws IOException {
        final Socket socket = new Socket();
        socket.connect(address(echo));
        return socket;
    }

    private static void assertEchoes(final Socket socket) throws IOException {
        socket.getOutputStream().write(7);
        assertThat(socket.getInputStream().read()).isEqualTo(7);
    }

    private static boolean isTurnedAway(final Socket socket) {
        try {
            socket.getOutputStream().write(1);
            return socket.getInputStream().read() < 0;
        } catch (final IOException reset) {
            return true;
        }
    }
}

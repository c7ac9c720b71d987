package io.github.iocp4j.tools.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.load.PipeEchoLoad;
import io.github.iocp4j.monitoring.BusyPort;
import io.github.iocp4j.monitoring.PortMonitor;
import io.github.iocp4j.monitoring.PortMonitorClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tool in a process of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class MonitorTest {
    @TempDir
    private static Path folder;

    private final String pipe = BusyPort.newPipe();

    @Test
    void looksOnceAndPrintsAnObject() throws Exception {
        try (BusyPort busy = new BusyPort("looked \u202e \"at\"");
                PortMonitor monitor = PortMonitor.serve(busy.port(), pipe);
                ToolProcess tool = Programs.tool(folder, "monitor", monitor.pipeName(), "--once", "--json")) {
            assertThat(tool.exitCode()).as(tool::errors).isZero();
            assertThat(tool.errors()).isEmpty();
            assertThat(tool.output()).hasLineCount(1).startsWith("{\"time\":\"2").endsWith("}]}\n")
                    .contains("\"process\":" + ProcessHandle.current().pid() + ",")
                    .contains("\"port\":\"looked \\u202e \\\"at\\\"\",\"state\":\"open\",\"polled\":false")
                    .contains("\"operationsInFlight\":" + BusyPort.LISTENING + ",", "\"completions\":4,",
                            "\"operationsAccepted\":7,\"operationsCompleted\":4,", "\"bytes\":10,",
                            "\"failures\":{\"ERROR_BROKEN_PIPE\":1}", "\"deviceCount\":4,")
                    .contains("\"workers\":[{\"activity\":\"waiting\",\"millis\":")
                    .contains("{\"key\":\"" + Long.toHexString(busy.server().key())
                            + "\",\"kind\":\"pipe-server\",\"name\":\"" + busy.server().name().replace("\\", "\\\\"))
                    .doesNotContain("PerSecond");
        }
    }

    @Test
    void showsAPageForPeople() throws Exception {
        try (BusyPort busy = new BusyPort("red \u001b[31m"); PortMonitor monitor = PortMonitor.serve(busy.port(), pipe);
                ToolProcess tool = Programs.tool(folder, "monitor", monitor.pipeName(), "--once")) {
            assertThat(tool.exitCode()).as(tool::errors).isZero();
            assertThat(tool.output()).startsWith("red \\x1b[31m: process ").doesNotContain("\u001b")
                    .contains("\nWORKERS: 2 waiting\n", "ERROR_BROKEN_PIPE", busy.server().name());
        }
    }

    @Test
    void looksAgainUntilThePortIsClosed() throws Exception {
        try (BusyPort busy = new BusyPort("closing"); PortMonitor monitor = PortMonitor.serve(busy.port(), pipe);
                ToolProcess tool = Programs.tool(
                        folder, "monitor", monitor.pipeName(), "--json", "--interval", "50", "--sort=bytes")) {
            tool.awaitOutput("\"operationsPerSecond\":");
            end(busy);
            assertThat(tool.exitCode()).as(tool::errors).isZero();
            assertThat(tool.output().lines().reduce((first, second) -> second).orElseThrow())
                    .contains("\"state\":\"closed\"");
            assertThat(tool.errors()).contains("monitor: the port is closed");
        }
    }

    @Test
    void leavesWithThePipe() throws Exception {
        try (BusyPort busy = new BusyPort("ending"); PortMonitor monitor = PortMonitor.serve(busy.port(), pipe);
                ToolProcess tool = Programs.tool(folder, "monitor", pipe, "--interval=50")) {
            tool.awaitOutput("DEVICES: 4");
            end(monitor);
            assertThat(tool.exitCode()).as(tool::errors).isZero();
            assertThat(tool.errors()).contains("monitor: \\\\.\\pipe\\" + pipe + " is closed");
        }
    }

    /** Before the end of its block. */
    private static void end(final AutoCloseable resource) throws Exception {
        resource.close();
    }

    @Test
    void leavesOnCtrlC() throws Exception {
        try (BusyPort busy = new BusyPort("interrupted"); PortMonitor monitor = PortMonitor.serve(busy.port(), pipe);
                ToolProcess tool = Programs.nativeProgram(folder, "ctrl_c",
                        Programs.toolCommand("monitor", monitor.pipeName(), "--interval=60000"))) {
            tool.awaitOutput("DEVICES: 4");
            tool.endInput();
            assertThat(tool.exitCode()).as(tool::errors).isZero();
        }
    }

    @Test
    void failsWithoutAServer() throws Exception {
        try (ToolProcess tool = Programs.tool(folder, "monitor", pipe)) {
            assertThat(tool.exitCode()).isEqualTo(1);
            assertThat(tool.output()).isEmpty();
            assertThat(tool.errors()).startsWith("monitor: There is no pipe " + pipe).hasLineCount(1);
        }
    }

    @Test
    void failsWhereNoMonitorServes() throws Exception {
        try (BusyPort busy = new BusyPort("bytes");
                NamedPipeServer bytes = NamedPipeServer.builder(busy.port(), pipe).open();
                ToolProcess tool = Programs.tool(folder, "monitor", bytes.name())) {
            assertThat(tool.exitCode()).isEqualTo(1);
            assertThat(tool.errors()).contains("is not a monitor's").hasLineCount(1);
        }
    }

    @Test
    void looksIntoEcho() throws Exception {
        final String served = BusyPort.newPipe();
        try (ToolProcess echo = Programs.tool(folder, "echo", "--pipe", served, "--monitor", pipe)) {
            echo.awaitErrors("echo: serving ");
            PipeEchoLoad.run(served, 4, 10);
            awaitEnds(4);
            try (ToolProcess tool = Programs.tool(folder, "monitor", pipe, "--once", "--json");
                    ToolProcess second = Programs.tool(folder, "echo", "--port", "0", "--monitor", pipe)) {
                assertThat(tool.exitCode()).as(tool::errors).isZero();
                assertThat(tool.output()).contains("\"port\":\"echo\"", "\"failures\":{\"ERROR_BROKEN_PIPE\":4}");
                assertThat(second.exitCode()).isEqualTo(2);
                assertThat(second.errors()).contains("The pipe " + pipe + " is in use");
            }
        }
    }

    /** The server learns of the end of its clients a moment after they have gone. */
    private void awaitEnds(final long clients) throws Exception {
        try (PortMonitorClient client = PortMonitorClient.connect(pipe)) {
            while (client.ask().failuresByName().getOrDefault("ERROR_BROKEN_PIPE", 0L) < clients) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void looksIntoSyelogd() throws Exception {
        final String served = BusyPort.newPipe();
        try (ToolProcess daemon = Programs.tool(folder, "syelogd", "--pipe", served, "--monitor", pipe)) {
            daemon.awaitErrors("syelogd: serving ");
            try (ToolProcess tool = Programs.tool(folder, "monitor", pipe, "--once", "--json")) {
                assertThat(tool.exitCode()).as(tool::errors).isZero();
                assertThat(tool.output()).contains("\"port\":\"syelogd\"", served);
            }
        }
    }
}

package io.github.iocp4j.tools.echo;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.monitoring.PortMonitor;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.tools.monitor.MonitorOption;
import io.github.iocp4j.tools.terminal.Notices;
import io.github.iocp4j.tools.terminal.SignalExit;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The tool {@code echo}: echoes to the clients of a TCP port or a named pipe.
 */
@Command(
        name = "echo",
        header = "Echoes to the clients of a TCP port or a named pipe.",
        description = {
            "Serves the port, the pipe, or both, with one completion port. A TCP client that shuts down its side gets"
                + " everything back before the connection is closed.",
            "",
            "It ends on Ctrl-C."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ended by Ctrl-C", "1:failed", "2:wrong usage, or the port or pipe is in use"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  iocp4j echo --port 7007                    serve programs on this machine",
            "  iocp4j echo --port 7007 --host 0.0.0.0     serve the network",
            "  iocp4j echo --pipe echo --stats            a pipe, and figures at exit",
            "  iocp4j echo --port 7007 --monitor figures  serve `iocp4j monitor figures`",
            "  iocp4j echo --port 0 --pipe echo           both, on a free port"
        })
public final class EchoCommand implements Callable<Integer> {
    private static final int MAX_CONNECTIONS = 1_000_000;
    private static final int LISTENING = 64;

    @Option(names = "--port", paramLabel = "N",
            description = "The TCP port; for 0 Windows chooses one, which is printed.")
    private Integer number;

    @Option(names = "--host", paramLabel = "ADDRESS", defaultValue = "127.0.0.1",
            description = "The address to serve the port at; 0.0.0.0 for all, :: for all of IPv6."
                + " Default: ${DEFAULT-VALUE}")
    private String host;

    @Option(names = "--pipe", paramLabel = "NAME", description = "The pipe: NAME or \\\\.\\pipe\\NAME")
    private String pipe;

    @Option(names = "--max-connections", paramLabel = "N", defaultValue = "4096",
            description = "Maximum number of connections; further clients are refused. Default: ${DEFAULT-VALUE}")
    private int maxConnections;

    @Option(names = "--stats", description = "Print figures on standard error at exit.")
    private boolean stats;

    @Mixin
    private MonitorOption monitoring;

    EchoCommand() {
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        final EchoServer echo = new EchoServer(maxConnections, System.err);
        try (SignalExit exit = new SignalExit(echo::stop)) {
            // One operation for each client, plus the accepts.
            try (CompletionPort port = CompletionPort.builder(echo).name("echo")
                    .operations(maxConnections + 4 * LISTENING).open(); PortMonitor monitor = monitoring.serve(port)) {
                if (monitor != null) {
                    Notices.print("echo", "figures at " + monitor.pipeName());
                }
                serve(port);
                echo.awaitStop();
            }
            if (stats) {
                echo.print(System.err);
            }
            return exit.withCode(ExitCode.OK);
        }
    }

    private void check() {
        if (number == null && pipe == null) {
            throw new IllegalArgumentException("nothing to serve: give --port, --pipe or both");
        }
        if (number != null && (number < 0 || number > 65_535)) {
            throw new IllegalArgumentException("--port is " + number + ", but must be from 0 to 65535");
        }
        if (maxConnections < 1 || maxConnections > MAX_CONNECTIONS) {
            throw new IllegalArgumentException(
                    "--max-connections is " + maxConnections + ", but must be from 1 to " + MAX_CONNECTIONS);
        }
    }

    private void serve(final CompletionPort port) throws IOException {
        final Device socket = number == null ? null : serveSocket(port);
        final Device named = pipe == null ? null : servePipe(port);
        // Print when both are open: a program that waits for the line may use both.
        for (final Device server : new Device[] {socket, named}) {
            if (server != null) {
                Notices.print("echo", "serving " + server.name());
            }
        }
    }

    private SocketServer serveSocket(final CompletionPort port) throws IOException {
        try {
            return SocketServer.builder(port, new InetSocketAddress(host, number)).listening(LISTENING).open();
        } catch (final Win32Exception refused) {
            throw taken(refused, Win32Error.WSAEADDRINUSE, Win32Error.WSAEACCES, "port " + number);
        }
    }

    private NamedPipeServer servePipe(final CompletionPort port) throws IOException {
        try {
            return NamedPipeServer.builder(port, pipe).listening(LISTENING).open();
        } catch (final Win32Exception refused) {
            throw taken(refused, Win32Error.ACCESS_DENIED, Win32Error.ACCESS_DENIED, "pipe " + pipe);
        }
    }

    /** An address in use is wrong usage. */
    private static Win32Exception taken(
            final Win32Exception refused, final int code, final int orCode, final String what) {
        if (refused.code() == code || refused.code() == orCode) {
            throw new IllegalArgumentException("The " + what
                    + " is in use: choose another, or stop the other program", refused);
        }
        return refused;
    }
}

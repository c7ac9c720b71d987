package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.monitoring.PortMonitor;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.pipe.PipeMode;
import io.github.iocp4j.tools.monitor.MonitorOption;
import io.github.iocp4j.tools.terminal.Notices;
import io.github.iocp4j.tools.terminal.SignalExit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The tool {@code syelogd}: receives the messages of syelog clients on a named pipe and writes them to a file.
 */
@Command(
        name = "syelogd",
        header = "Receives messages of syelog clients on a named pipe, and writes them to a file.",
        description = {
            "Each message becomes one line:",
            "",
            "  yyyymmddhhmmssmmm PID FACILITY.SEVERITY: TEXT",
            "",
            "The time is the client's, in local time; if it is out of range, it is the time of arrival,"
                + " and the text begins with [arrival time]. Control characters and bytes that are not UTF-8 are"
                + " written as \\n, \\r, \\t or \\xNN. The daemon's own lines have dashes in place of PID and FACILITY;"
                + " they report clients that disconnect and rejected messages.",
            "",
            "It ends on Ctrl-C, or when a client has asked for it (logger --terminate) and any client then disconnects."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ended as asked, everything is written",
            "1:failed, or some lines could not be read or written",
            "2:wrong usage, or the pipe is in use"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  iocp4j syelogd                              show the messages",
            "  iocp4j syelogd --output trace.log --append  append them to a file",
            "  iocp4j syelogd --pipe mine --stats          print figures at exit"
        })
public final class SyelogdCommand implements Callable<Integer> {
    @Option(names = "--pipe", paramLabel = "NAME", defaultValue = "syelog",
            description = "The pipe to serve: NAME or \\\\.\\pipe\\NAME. Default: ${DEFAULT-VALUE}")
    private String pipe;

    @Option(names = "--output", paramLabel = "FILE", defaultValue = "-",
            description = "The log file; - is standard output. Default: ${DEFAULT-VALUE}")
    private String output;

    @Option(names = "--append", description = "Append to the file instead of replacing it.")
    private boolean append;

    @Option(names = "--delta", description = "Begin each line with the milliseconds since the line before.")
    private boolean delta;

    @Option(names = "--workers", paramLabel = "N",
            description = "Threads that serve clients. Default: 2 x processors + 2")
    private Integer workers;

    @Option(names = "--instances", paramLabel = "N", defaultValue = "128",
            description = "Pipe instances that wait for new clients at any time. A client of Detours that finds none"
                    + " tries once more, and then loses its line. Default: ${DEFAULT-VALUE}")
    private int instances;

    @Option(names = "--security", paramLabel = "SDDL",
            description = "Who may connect, as in D:P(A;;GA;;;OW)(A;;GW;;;WD). Clients of Detours need GW, with which"
                + " they could also serve the pipe in the daemon's place: give it only to trusted users."
                + " Default: the current user, administrators and SYSTEM.")
    private String security;

    @Option(names = "--quiet", description = "Do not print on standard error what is served.")
    private boolean quiet;

    @Option(names = "--exit-after-first", description = "End when the first client disconnects.")
    private boolean exitAfterFirst;

    @Option(names = "--stats", description = "Print figures on standard error at exit.")
    private boolean stats;

    @Mixin
    private MonitorOption monitoring;

    SyelogdCommand() {
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (LogFile file = openOutput()) {
            final SyelogLog log = new SyelogLog(timeColumn(), file);
            final SyelogDaemonStatistics statistics = new SyelogDaemonStatistics();
            final SyelogDaemon daemon = new SyelogDaemon(log, statistics, exitAfterFirst);
            try (SignalExit exit = new SignalExit(daemon::stop)) {
                final boolean drained = serve(daemon, log, file, statistics);
                return exit.withCode(finish(file, statistics, drained));
            }
        }
    }

    /** Returns whether all messages were read. */
    private boolean serve(
            final SyelogDaemon daemon, final SyelogLog log, final LogFile file, final SyelogDaemonStatistics statistics)
            throws IOException, InterruptedException {
        try (CompletionPort port = openPort(daemon); PortMonitor monitor = monitoring.serve(port)) {
            final NamedPipeServer server = begin(port, log, file);
            if (!quiet && monitor != null) {
                Notices.print("syelogd", "figures at " + monitor.pipeName());
            }
            if (!quiet) {
                Notices.print("syelogd", "serving " + server.name() + ", writing to " + file.name());
            }
            daemon.awaitLeave();
            final boolean drained = daemon.leave(server);
            statistics.measure(port.snapshot());
            return drained;
        }
    }

    /** Serves the pipe, then opens the file for writing. */
    NamedPipeServer begin(final CompletionPort port, final SyelogLog log, final LogFile file) throws IOException {
        // Clients may write from now on; their lines wait until the file is open. The pipe is opened before the file
        // is truncated, because another daemon may be writing to it.
        synchronized (log) {
            final NamedPipeServer server = openServer(port);
            file.start();
            return server;
        }
    }

    TimeColumn timeColumn() {
        return delta ? new DeltaTimeColumn(FileTimes.now()) : new LocalTimeColumn(ZoneId.systemDefault());
    }

    LogFile openOutput() throws IOException {
        return output.equals("-")
                ? LogFile.standardOutput(System.err)
                : LogFile.open(Path.of(output), append, System.err);
    }

    CompletionPort openPort(final SyelogDaemon daemon) throws Win32Exception {
        final CompletionPort.Builder port = CompletionPort.builder(daemon).name("syelogd");
        if (workers != null) {
            port.workers(workers);
        }
        return port.open();
    }

    private NamedPipeServer openServer(final CompletionPort port) throws Win32Exception {
        if (instances == 0) {
            // To the server that means on demand, and nothing here would ask for a client.
            throw new IllegalArgumentException("The number of listening instances is 0, but must be at least 1");
        }
        final NamedPipeServer.Builder server = NamedPipeServer.builder(port, pipe)
                .direction(PipeDirection.INBOUND)
                .mode(PipeMode.MESSAGE)
                .buffers(SyelogDaemon.PIPE_BUFFER, 0)
                .listening(instances);
        if (security != null) {
            server.securityDescriptor(security);
        }
        try {
            return server.open();
        } catch (final Win32Exception refused) {
            if (refused.code() == Win32Error.ACCESS_DENIED) {
                throw new IllegalArgumentException("The pipe " + pipe
                        + " is in use: choose another name with --pipe, or stop the other daemon", refused);
            }
            if (security != null) {
                throw new IllegalArgumentException("The pipe cannot be created, perhaps because of --security "
                        + security + ": " + refused.getMessage(), refused);
            }
            throw refused;
        }
    }

    private int finish(final LogFile file, final SyelogDaemonStatistics statistics, final boolean drained) {
        file.close();
        final long lost = file.linesLost();
        if (stats) {
            statistics.print(System.err, lost);
        }
        if (lost > 0) {
            Notices.print("syelogd", lost + " lines could not be written to " + file.name());
        }
        if (!drained) {
            Notices.print("syelogd", "some connections could not be closed: their last messages may be missing");
        }
        return lost > 0 || !drained ? ExitCode.SOFTWARE : ExitCode.OK;
    }
}

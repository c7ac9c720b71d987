package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.CompletionPort;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;

/** The tool syelogd with no options but its pipe and its file, for benchmarks. */
public final class DefaultSyelogd {
    private DefaultSyelogd() {
    }

    /**
     * Serves a pipe as long as the process lives.
     *
     * @param pipe its name
     * @param file where to write
     * @return the port of the pipe
     * @throws IOException when the file cannot be opened or the pipe cannot be served
     */
    public static CompletionPort start(final String pipe, final Path file) throws IOException {
        final SyelogdCommand command = new SyelogdCommand();
        new CommandLine(command).parseArgs("--pipe", pipe, "--output", file.toString());
        final LogFile output = command.openOutput();
        final SyelogLog log = new SyelogLog(command.timeColumn(), output);
        final CompletionPort port = command.openPort(new SyelogDaemon(log, new SyelogDaemonStatistics(), false));
        command.begin(port, log, output);
        return port;
    }
}

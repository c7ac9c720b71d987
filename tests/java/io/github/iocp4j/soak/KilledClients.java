package io.github.iocp4j.soak;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** Processes that talk to the server and are killed in the middle of a word. */
final class KilledClients implements AutoCloseable {
    private static final int ALIVE = 3;

    private final Path program;
    private final String pipe;
    private final Deque<Process> processes = new ArrayDeque<>();

    KilledClients(final Path programs, final String pipe) {
        this.program = programs.resolve("syelog_client.exe");
        this.pipe = pipe;
    }

    /** Starts one, and kills the oldest when there are too many. */
    void oneMore() throws IOException {
        processes.add(new ProcessBuilder(program.toString(), "--pipe", "\\\\.\\pipe\\" + pipe, "--ident", "soak",
                "--count", "100000")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
        if (processes.size() > ALIVE) {
            processes.remove().destroyForcibly();
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (final Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }
}

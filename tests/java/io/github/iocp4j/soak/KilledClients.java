package io.github.iocp4j.soak;

import io.github.iocp4j.fixtures.Launch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** Processes that write to the server, never read, and are killed during a message. */
final class KilledClients implements AutoCloseable {
    private static final int ALIVE = 3;

    private final Path program;
    private final String pipe;
    private final Deque<Process> processes = new ArrayDeque<>();
    private int killed;

    KilledClients(final Path programs, final String pipe) {
        this.program = programs.resolve("syelog_client.exe");
        this.pipe = pipe;
    }

    /** Starts one, and kills the oldest when there are too many. */
    void oneMore() throws IOException, InterruptedException {
        final Process process = Launch.of(new ProcessBuilder(
                program.toString(), "--pipe", pipe, "--ident", "soak", "--count", "1000000")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD));
        // The garbage collector does not close it.
        process.getOutputStream().close();
        processes.add(process);
        if (processes.size() > ALIVE) {
            kill();
        }
    }

    int killed() {
        return killed;
    }

    @Override
    public void close() {
        try {
            while (!processes.isEmpty()) {
                kill();
            }
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void kill() throws InterruptedException {
        final Process process = processes.remove();
        killed += process.isAlive() ? 1 : 0;
        process.destroyForcibly().waitFor();
    }
}

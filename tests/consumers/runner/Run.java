import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The exit code and the output of a program. */
final class Run {
    private static final int TIMEOUT_MINUTES = 5;
    /** The beginning of the last line of a program that has succeeded. */
    private static final String SUCCESS = "ok: ";

    final int status;
    final String output;

    Run(final int status, final String output) {
        this.status = status;
        this.output = output;
    }

    static Run of(final List<String> command, final Path folder, final Map<String, String> environment)
            throws IOException, InterruptedException {
        // A file, because processes that Wine starts may keep a pipe open after the program's end.
        final Path output = Files.createTempFile("consumer", ".log");
        final ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        final Process process = builder.start();
        try {
            process.getOutputStream().close();
            final boolean ended = process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES);
            final String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
            return new Run(ended ? process.exitValue() : -1, ended ? text : text + "\nand did not end");
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(output);
        }
    }

    /** Runs a Windows program. */
    static Run of(final Path program) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(Host.WINDOWS ? List.of() : List.of(Host.program("wine-run")));
        command.add(program.toString());
        return of(command, program.getParent(), Map.of());
    }

    Outcome succeeds() {
        final String last = lastLine();
        return status == 0 && last.startsWith(SUCCESS)
                ? Outcome.good(last.substring(SUCCESS.length()))
                : Outcome.failed("exit code " + status + "\n" + output);
    }

    Outcome fails(final String... reasons) {
        return hasFailed() && Stream.of(reasons).allMatch(output::contains)
                ? Outcome.good("is refused, as it should be")
                : Outcome.failed("exit code " + status + " and not \"" + String.join("\", \"", reasons)
                        + "\"\n" + output);
    }

    /** Wine 10 loses the exit code of about one JVM in 25 that fails, and returns 0: what the program prints counts. */
    private boolean hasFailed() {
        return status != 0 || !Host.WINDOWS && !lastLine().startsWith(SUCCESS);
    }

    private String lastLine() {
        return output.substring(output.lastIndexOf('\n') + 1);
    }
}

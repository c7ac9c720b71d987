package io.github.iocp4j.tools;

import io.github.iocp4j.fixtures.ChildJvm;
import io.github.iocp4j.fixtures.Launch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A running program: one of the tools in its own JVM, or a native program. Its output goes to files, so that no thread
 * needs to read it.
 */
public final class ToolProcess implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 120;

    private final Process process;
    private final Path output;
    private final Path errors;

    private ToolProcess(final List<String> command, final Path input, final Path folder) throws IOException {
        output = Files.createTempFile(folder, "output", ".txt");
        errors = Files.createTempFile(folder, "errors", ".txt");
        final ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(output.toFile()).redirectError(errors.toFile());
        if (input != null) {
            builder.redirectInput(input.toFile());
        }
        process = Launch.of(builder);
    }

    /**
     * Starts a program.
     *
     * @param folder where to put what it prints
     * @param command the program and its arguments
     * @return the running program
     * @throws IOException when it cannot be started
     */
    public static ToolProcess start(final Path folder, final List<String> command) throws IOException {
        return new ToolProcess(command, null, folder);
    }

    /**
     * Starts a program that reads a file as its standard input.
     *
     * @param folder where to put what it prints
     * @param input the file
     * @param command the program and its arguments
     * @return the running program
     * @throws IOException when it cannot be started
     */
    public static ToolProcess start(final Path folder, final Path input, final List<String> command)
            throws IOException {
        return new ToolProcess(command, input, folder);
    }

    /**
     * The command line of a tool in this JVM's Java and class path.
     *
     * @param jvmOptions options of the new JVM
     * @param args the tool and its arguments
     * @return the words of the command line
     */
    public static List<String> command(final List<String> jvmOptions, final String... args) {
        final List<String> command = new ArrayList<>();
        command.addAll(ChildJvm.command(ChildJvm.nativeAccess()));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /**
     * What the program has printed on its standard output so far.
     *
     * @return the text, taken as UTF-8
     */
    public String output() {
        return read(output);
    }

    /**
     * What the program has printed on its standard error so far.
     *
     * @return the text, taken as UTF-8
     */
    public String errors() {
        return ChildJvm.withoutWinesWarning(read(errors));
    }

    /**
     * The value that a program has printed as a line {@code NAME: VALUE} on its standard error.
     *
     * @param name what stands before the colon
     * @return the value
     */
    public double figure(final String name) {
        final String begin = name + ": ";
        return errors().lines().filter(line -> line.startsWith(begin)).findFirst()
                .map(line -> Double.parseDouble(line.substring(begin.length())))
                .orElseThrow(() -> new IllegalStateException("No figure \"" + name + "\" in:\n" + errors()));
    }

    /**
     * Waits until the program has printed something on its standard error.
     *
     * @param text what to wait for
     * @throws IOException when the program ends without it, or does not print it in two minutes
     * @throws InterruptedException when the thread is interrupted
     */
    public void awaitErrors(final String text) throws IOException, InterruptedException {
        await(errors, text);
    }

    /**
     * Waits until the program has printed something on its standard output.
     *
     * @param text what to wait for
     * @throws IOException when the program ends without it, or does not print it in two minutes
     * @throws InterruptedException when the thread is interrupted
     */
    public void awaitOutput(final String text) throws IOException, InterruptedException {
        await(output, text);
    }

    /**
     * Writes to the program's standard input, which stays open.
     *
     * @param text ASCII
     * @throws IOException when the program has ended
     */
    public void type(final String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
    }

    /** Ends the program's standard input. */
    public void endInput() {
        try {
            process.getOutputStream().close();
        } catch (final IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Waits until the program has ended.
     *
     * @return its exit code
     * @throws IOException when it does not end in two minutes; it is then killed
     * @throws InterruptedException when the thread is interrupted
     */
    public int exitCode() throws IOException, InterruptedException {
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("Does not end; it printed:\n" + output() + errors());
        }
        return process.exitValue();
    }

    /**
     * Whether the program has not ended yet.
     *
     * @return false when it has
     */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Kills the program if it has not ended, and deletes what it has printed. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            delete(output);
            delete(errors);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Wine closes a program's files shortly after it has signalled the end of the program. */
    private static void delete(final Path file) throws InterruptedException {
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                Files.deleteIfExists(file);
                return;
            } catch (final IOException stillOpen) {
                Thread.sleep(10);
            }
        }
    }

    private void await(final Path file, final String text) throws IOException, InterruptedException {
        final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (!read(file).contains(text)) {
            if (!process.isAlive() && !read(file).contains(text) || System.nanoTime() - deadline > 0) {
                throw new IOException("Waited in vain for \"" + text + "\"; the program printed:\n"
                        + output() + errors());
            }
            Thread.sleep(10);
        }
    }

    private static String read(final Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}

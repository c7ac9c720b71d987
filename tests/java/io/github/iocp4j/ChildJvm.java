package io.github.iocp4j;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a new JVM has printed, which is of the version of the tests' JVM and has run a program to its end. */
public final class ChildJvm {
    /** The version of the tests' JVM and of each new one. */
    public static final int VERSION = Runtime.version().feature();

    /** From this version on, a JVM warns when native code is loaded without {@code --enable-native-access}. */
    private static final int NATIVE_ACCESS_VERSION = 24;
    /** Wine 10 lacks a call that newer JVMs make; they print this on standard error and do without. */
    private static final Pattern WINES_WARNING =
            Pattern.compile(".* warning: Attempt to get process group affinity failed.*\\R");

    private final int exitCode;
    private final String output;
    private final String errors;

    private ChildJvm(final int exitCode, final String output, final String errors) {
        this.exitCode = exitCode;
        this.output = output;
        this.errors = errors;
    }

    /**
     * The command line of a new JVM.
     *
     * @param arguments options, class and arguments
     * @return its words
     */
    public static List<String> command(final String... arguments) {
        return command(List.of(arguments));
    }

    /**
     * The command line of a new JVM.
     *
     * @param arguments options, class and arguments
     * @return its words
     */
    public static List<String> command(final List<String> arguments) {
        final List<String> command = new ArrayList<>();
        command.add(program("java").toString());
        command.addAll(arguments);
        return command;
    }

    /**
     * A program of the tests' JDK.
     *
     * @param name such as {@code java} or {@code jcmd}
     * @return its file
     */
    public static Path program(final String name) {
        return Path.of(System.getProperty("java.home"), "bin", name + ".exe");
    }

    /**
     * The option that lets code on the class path load native code.
     *
     * @return nothing where the JVM needs no such option
     */
    public static List<String> nativeAccess() {
        return VERSION < NATIVE_ACCESS_VERSION ? List.of() : List.of("--enable-native-access=ALL-UNNAMED");
    }

    /**
     * Runs a program in a new JVM, with nothing on its standard input.
     *
     * @param arguments options, class and arguments
     * @return what it has printed
     * @throws IOException when it cannot be started
     * @throws InterruptedException when this thread is interrupted
     */
    public static ChildJvm run(final List<String> arguments) throws IOException, InterruptedException {
        return end(Launch.of(new ProcessBuilder(command(arguments))));
    }

    /**
     * Runs a program in a new JVM, with nothing on its standard input.
     *
     * @param arguments options, class and arguments
     * @return what it has printed
     * @throws IOException when it cannot be started
     * @throws InterruptedException when this thread is interrupted
     */
    public static ChildJvm run(final String... arguments) throws IOException, InterruptedException {
        return run(List.of(arguments));
    }

    /**
     * Waits for the end of a process that has been started by {@link #command}.
     *
     * @param process the process, whose standard output and standard error have not been read
     * @return what it has printed
     * @throws IOException when its output cannot be read
     * @throws InterruptedException when this thread is interrupted
     */
    public static ChildJvm end(final Process process) throws IOException, InterruptedException {
        process.getOutputStream().close();
        final CompletableFuture<String> errors = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
        final String output = read(process.getInputStream());
        return new ChildJvm(process.waitFor(), output, withoutWinesWarning(errors.join()));
    }

    /**
     * What a JVM has printed on standard error, short of what is Wine's fault.
     *
     * @param errors the text
     * @return the text without the lines that Wine 10 has newer JVMs print
     */
    public static String withoutWinesWarning(final String errors) {
        return WINES_WARNING.matcher(errors).replaceAll("");
    }

    private static String read(final InputStream stream) {
        // Not readAllBytes: JDK 25 asks a pipe where it stands, when Wine says that it has a length.
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            stream.transferTo(bytes);
            return bytes.toString(StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The exit code.
     *
     * @return 0 for success
     */
    public int exitCode() {
        return exitCode;
    }

    /**
     * The text on standard output.
     *
     * @return the text, taken as UTF-8, without white space around it
     */
    public String output() {
        return output.strip();
    }

    /**
     * The lines on standard error, without those that are Wine's fault.
     *
     * @return the lines
     */
    public List<String> errors() {
        return errors.lines().collect(Collectors.toList());
    }

    @Override
    public String toString() {
        return "exit code " + exitCode + "\n" + output + errors;
    }
}

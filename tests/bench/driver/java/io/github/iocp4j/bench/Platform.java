package io.github.iocp4j.bench;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Starts Windows programs on this system, and finds the programs of this project. */
final class Platform {
    /** Whether this system is Windows; otherwise Wine runs the programs. */
    static final boolean IS_WINDOWS = File.separatorChar == '\\';

    private static final int FIRST_TO_WARN = 24;

    private final Path root;
    private final List<String> pinned;
    private final List<String> everywhere;
    private final boolean jvmWarnsOfNativeCode = warnsOfNativeCode();

    /**
     * Looks for the programs in a source tree.
     *
     * @param root the folder of {@code dev}
     * @param pinning assigns cores to commands
     */
    Platform(final Path root, final Pinning pinning) {
        this.root = root;
        pinned = pinning.command();
        everywhere = pinning.everywhere();
    }

    /** The command of a Java program in the Windows JVM, on the class path of the benchmarks. */
    List<String> java(final String... arguments) {
        final List<String> command = new ArrayList<>(pinned);
        command.add(IS_WINDOWS
                ? Path.of(System.getProperty("java.home"), "bin", "java.exe").toString()
                : root.resolve("cmake/bin/java").toString());
        if (!IS_WINDOWS) {
            // For each native method that it compiles, JVM 11 looks through the modules of the process. Under Wine that
            // takes half a second, in which the contestant stands still. Later JVMs do not know the option.
            command.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "-XX:-CriticalJNINatives"));
        }
        if (jvmWarnsOfNativeCode) {
            // As the README recommends; the warning takes a program that starts some milliseconds.
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", classPath()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static boolean warnsOfNativeCode() {
        final String home = IS_WINDOWS ? System.getProperty("java.home") : System.getenv("IOCP4J_WINDOWS_JAVA_HOME");
        if (home == null) {
            // Without a JVM nothing is run: ./dev asks for the names of the benchmarks, for instance.
            return false;
        }
        final Properties release = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(home, "release"))) {
            release.load(reader);
        } catch (final IOException missing) {
            throw new UncheckedIOException(missing);
        }
        return Runtime.Version.parse(release.getProperty("JAVA_VERSION").replace("\"", "")).feature() >= FIRST_TO_WARN;
    }

    /** The jar of iocp4j comes before those of its alternatives; otherwise a JVM would look for its classes there. */
    private String classPath() {
        final Path lib = target().resolve("lib");
        final String[] own = lib.toFile().list((folder, name) -> name.matches("iocp4j-[0-9].*[.]jar"));
        final List<String> entries = new ArrayList<>(List.of(target().resolve("classes").toString()));
        for (final String name : own == null ? new String[0] : own) {
            entries.add(lib.resolve(name).toString());
        }
        entries.add(lib + "/*");
        // The semicolon is the Windows JVM's, on every system.
        return String.join(";", entries);
    }

    /** The command of the native floor, with as many threads as iocp4j has. */
    List<String> floor(final String... arguments) {
        return floor(0, arguments);
    }

    /** The command of the native floor on one thread. */
    List<String> lonelyFloor(final String... arguments) {
        return floor(1, arguments);
    }

    private List<String> floor(final int threads, final String... arguments) {
        final List<String> command = program("floor", String.valueOf(threads));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The command of a native program of this project. */
    List<String> program(final String name, final String... arguments) {
        final List<String> command = new ArrayList<>(pinned);
        if (!IS_WINDOWS) {
            command.add(root.resolve("cmake/wine-run").toString());
        }
        command.add(programs().resolve(name + ".exe").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** The same command with all cores to run on. */
    List<String> onAllCores(final List<String> command) {
        final List<String> unpinned = new ArrayList<>(everywhere);
        unpinned.addAll(command.subList(pinned.size(), command.size()));
        return unpinned;
    }

    /** The folder of the native programs. */
    Path programs() {
        return target().resolve("cmake/bin");
    }

    /** The folder for build results and for files of a run. */
    Path target() {
        return root.resolve("tests/bench/target");
    }

    /** The folder of the committed reports. */
    Path committed() {
        return root.resolve("tests/bench/report");
    }
}

package io.github.iocp4j.bench;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How Windows programs are started on this system, and where ours lie. */
final class Platform {
    /** Whether this is Windows itself; else Wine runs its programs. */
    static final boolean IS_WINDOWS = File.separatorChar == '\\';

    private final Path root;
    private final List<String> pinned;

    /**
     * Looks for the programs in a source tree.
     *
     * @param root where {@code dev} lies
     * @param pinned what to put before a command so that it stays on its core; empty for nothing
     */
    Platform(final Path root, final List<String> pinned) {
        this.root = root;
        this.pinned = pinned;
    }

    /** The command of a Java program in the Windows JVM, on the class path of the benchmarks. */
    List<String> java(final String... arguments) {
        final List<String> command = new ArrayList<>(pinned);
        command.add(IS_WINDOWS
                ? Path.of(System.getProperty("java.home"), "bin", "java.exe").toString()
                : root.resolve("cmake/bin/java").toString());
        // The semicolon is the Windows JVM's, on every system.
        command.addAll(List.of("-cp", target().resolve("classes") + ";" + target().resolve("lib") + "/*"));
        command.addAll(List.of(arguments));
        return command;
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

    /** The command of a native program of ours. */
    List<String> program(final String name, final String... arguments) {
        final List<String> command = new ArrayList<>(pinned);
        if (!IS_WINDOWS) {
            command.add(root.resolve("cmake/wine-run").toString());
        }
        command.add(programs().resolve(name + ".exe").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Where the native programs lie. */
    Path programs() {
        return target().resolve("cmake/bin");
    }

    /** Where everything goes that is built or made while running. */
    Path target() {
        return root.resolve("tests/bench/target");
    }

    /** Where the reports that were committed lie. */
    Path committed() {
        return root.resolve("tests/bench/report");
    }
}

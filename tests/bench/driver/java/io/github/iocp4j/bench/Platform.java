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
    private final List<String> everywhere;

    /**
     * Looks for the programs in a source tree.
     *
     * @param root where {@code dev} lies
     * @param pinning on which cores a command runs
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

    /** The same command with all cores to run on. */
    List<String> onAllCores(final List<String> command) {
        final List<String> unpinned = new ArrayList<>(everywhere);
        unpinned.addAll(command.subList(pinned.size(), command.size()));
        return unpinned;
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

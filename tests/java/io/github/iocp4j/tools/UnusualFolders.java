package io.github.iocp4j.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.fixtures.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Folders that Java cannot make on Windows. Programs of Windows make them, or programs of Linux under Wine. */
final class UnusualFolders {
    private static final Path LN = Path.of("Z:\\bin\\ln");
    private static final Path RM = Path.of("Z:\\bin\\rm");
    private static final Path SHELL = Path.of("Z:\\bin\\sh");
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final List<Path> links = new ArrayList<>();

    UnusualFolders() {
    }

    /** To be called before the rest is deleted, by code that may follow links. */
    void removeLinks() throws IOException, InterruptedException {
        for (final Path link : links) {
            if (Files.exists(RM)) {
                runBelowWine(link.getParent(), List.of(RM.toString(), "-f", link.getFileName().toString()),
                        () -> !Files.exists(link));
            } else {
                Files.deleteIfExists(link);
            }
        }
    }

    /** Makes a link to a folder: a junction on Windows, a symbolic link of Linux under Wine. */
    void makeLink(final Path link, final Path folder) throws IOException, InterruptedException {
        links.add(link);
        if (Files.exists(LN)) {
            final Path relative = link.getParent().relativize(folder);
            runBelowWine(link.getParent(), List.of(LN.toString(), "-s", relative.toString().replace('\\', '/'),
                    link.getFileName().toString()), () -> Files.exists(link));
        } else {
            run(link.getParent(), List.of("cmd", "/c", "mklink", "/J", link.toString(), folder.toString()));
        }
        assertThat(link).as("made by mklink or ln").isDirectory();
        assertThat(link.toRealPath()).isEqualTo(folder.toRealPath());
    }

    /** Makes a folder with two files, {@code name} and {@code NAME}, which have these words in them. */
    static void assumeNamesThatDifferInCase(final Path folder) throws IOException, InterruptedException {
        Files.createDirectory(folder);
        if (Files.exists(SHELL)) {
            runBelowWine(folder, List.of(SHELL.toString(), "-c", "printf name >name; printf NAME >NAME; mkdir made"),
                    () -> Files.exists(folder.resolve("made")));
            Files.delete(folder.resolve("made"));
        } else {
            run(folder, List.of("fsutil", "file", "setCaseSensitiveInfo", folder.toString(), "enable"));
            Files.writeString(folder.resolve("name"), "name");
            Files.writeString(folder.resolve("NAME"), "NAME");
        }
        assumeTrue(folder.toFile().list().length == 2, "this system has no folder with names that differ only in case");
    }

    private static void run(final Path folder, final List<String> command) throws IOException, InterruptedException {
        final Process process =
                Launch.of(new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true));
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
        process.waitFor();
    }

    /**
     * Runs a program of Linux. Wine's CreateProcess starts it, too, but does not set the handles that it returns: they
     * are what the stack happens to hold. Java would close them, although they may belong to other objects of this JVM.
     * Therefore Wine's {@code start} runs the program. Nothing can wait for it, so that this waits for what it does.
     */
    private static void runBelowWine(final Path folder, final List<String> command, final BooleanSupplier done)
            throws IOException, InterruptedException {
        final List<String> start = new ArrayList<>(List.of("start.exe", "/exec"));
        start.addAll(command);
        run(folder, start);
        final long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (!done.getAsBoolean() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}

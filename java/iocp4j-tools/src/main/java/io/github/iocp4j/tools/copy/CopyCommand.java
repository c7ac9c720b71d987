package io.github.iocp4j.tools.copy;

import io.github.iocp4j.tools.terminal.Notices;
import io.github.iocp4j.tools.terminal.SignalExit;
import io.github.iocp4j.tools.terminal.Terminals;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The tool {@code copy}: copies files with several overlapped reads and writes in flight.
 */
@Command(
        name = "copy",
        header = "Copies files with several reads and writes in flight.",
        description = {
            "Copies the file or folder SRC to DST, or into DST if that is a folder. Times and the attributes"
                + " read-only, hidden, system and archive are kept; owners, access lists and alternate data streams"
                + " are not. An existing file is replaced when the new one is complete.",
            "",
            "On failure and on Ctrl-C incomplete files are removed; copies are not resumed. In a folder, files that"
                + " cannot be copied are skipped, and the first ones for each reason are named; so are links"
                + " to folders and junctions, unless --follow-links is given, and names that differ only in case. When"
                + " the disk is full, no further file is tried. A read-only file is replaced only if the new one is"
                + " read-only, too.",
            "",
            "On a terminal it shows its progress."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed, interrupted, or some files could not be copied", "2:wrong usage"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  iocp4j copy big.iso D:\\                         copy a file into a folder",
            "  iocp4j copy --verify big.iso copy.iso           and read both again to compare",
            "  iocp4j copy --unbuffered --depth 16 a.vhdx E:\\  past the cache, 16 at a time",
            "  iocp4j copy --recursive src backup              copy a folder"
        })
public final class CopyCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SRC", description = "The file or folder to copy.")
    private Path source;

    @Parameters(index = "1", paramLabel = "DST", description = "The target.")
    private Path target;

    @Option(names = {"-r", "--recursive"}, description = "Copy a folder with its contents.")
    private boolean recursive;

    @Option(names = "--follow-links", description = "Follow links to folders and junctions in a folder,"
            + " but copy no folder twice. Default: skip them.")
    private boolean followLinks;

    // Large, because each operation has a price; but all blocks of a file together stay in a processor's cache between
    // the read and the write.
    @Option(names = "--block", paramLabel = "SIZE", defaultValue = "1M", converter = ByteSize.class,
            description = "Bytes per read and write, a multiple of 4K. Default: ${DEFAULT-VALUE}")
    private long block;

    @Option(names = "--depth", paramLabel = "N", defaultValue = "4",
            description = "Blocks of a file in flight. Default: ${DEFAULT-VALUE}")
    private int depth;

    @Option(names = "--files", paramLabel = "N", defaultValue = "8",
            description = "Files of a folder that are copied at the same time. Default: ${DEFAULT-VALUE}")
    private int files;

    @Option(names = "--unbuffered", description = "Bypass Windows' cache.")
    private boolean unbuffered;

    @Option(names = "--verify", description = "Read both files again, and fail if they differ.")
    private boolean verify;

    @Option(names = "--quiet", description = "Show no progress.")
    private boolean quiet;

    @Option(names = "--stats", description = "Print figures on standard error at the end.")
    private boolean stats;

    CopyCommand() {
    }

    @Override
    public Integer call() throws IOException {
        final CopySettings settings = new CopySettings(block, depth, files, unbuffered, verify);
        final Stop stop = new Stop();
        try (SignalExit exit = new SignalExit(stop::want)) {
            try {
                final long failures = copy(settings, stop);
                if (failures > 0) {
                    print(failures + " could not be copied");
                }
                return exit.withCode(failures > 0 ? ExitCode.SOFTWARE : ExitCode.OK);
            } catch (final InterruptedIOException stopped) {
                // Print here, because the JVM ends as soon as the exit is closed.
                print(stopped.getMessage());
                return exit.withCode(ExitCode.SOFTWARE);
            } catch (final FileSystemException refused) {
                throw new IOException(Complaints.text(refused), refused);
            }
        }
    }

    /** Returns the number of files that could not be copied. */
    private long copy(final CopySettings settings, final Stop stop) throws IOException {
        final boolean folder = isFolder(source);
        if (folder && !recursive) {
            throw new IllegalArgumentException(
                    source + " is a folder: use --recursive to copy it with its contents");
        }
        final Path to = destination();
        if (folder) {
            checkApart(to);
        }
        final Progress progress = new Progress();
        final long started = System.nanoTime();
        final ProgressBar bar = quiet || !Terminals.isErrors() ? null
                : new ProgressBar(progress, Amount.of(source, followLinks, stop), System.err);
        try (CopyEngine engine = new CopyEngine(settings, stop, progress)) {
            if (folder) {
                // The target of the link, if it is one.
                return new TreeCopy(engine::copy, settings.files, followLinks, stop, source.toRealPath(), to,
                        new Complaints(CopyCommand::print)).copy();
            }
            engine.copy(source, to);
            return 0;
        } finally {
            if (bar != null) {
                bar.close();
            }
            if (stats) {
                print(progress, (System.nanoTime() - started) / 1e9, System.err);
            }
        }
    }

    private static boolean isFolder(final Path path) throws IOException {
        return Files.readAttributes(path, "isDirectory").get("isDirectory").equals(Boolean.TRUE);
    }

    private Path destination() throws IOException {
        if (Files.isDirectory(target)) {
            final Path name = source.toRealPath().getFileName();
            return name == null ? target : target.resolve(name);
        }
        final Path parent = target.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw new FileSystemException(target.toString(), null, "there is no folder " + parent);
        }
        return target;
    }

    private void checkApart(final Path to) throws IOException {
        if (SourceWalk.isInside(to, source)) {
            throw new FileSystemException(to.toString(), null, "it is " + source + " or lies inside it");
        }
    }

    private static void print(final String message) {
        Notices.print("copy", message);
    }

    private static void print(final Progress progress, final double seconds, final PrintStream to) {
        to.println("files: " + progress.files());
        to.println("bytes: " + progress.bytes());
        to.printf("seconds: %.3f%n", seconds);
        to.printf("MiB per second: %.1f%n", progress.bytes() / seconds / (1 << 20));
    }
}

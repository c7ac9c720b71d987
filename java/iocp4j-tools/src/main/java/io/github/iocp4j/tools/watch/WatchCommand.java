package io.github.iocp4j.tools.watch;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.file.DirectoryWatch;
import io.github.iocp4j.tools.FileErrors;
import io.github.iocp4j.tools.terminal.Notices;
import io.github.iocp4j.tools.terminal.SignalExit;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The tool {@code watch}: prints changes in directories.
 */
@Command(
        name = "watch",
        header = "Prints changes in directories, until Ctrl-C.",
        description = {
            "Each change becomes one line:",
            "",
            "  yyyy-mm-dd hh:mm:ss.mmm ACTION PATH",
            "",
            "The actions are added, removed, modified, renamed-from, renamed-to; overflow when there were more changes"
                + " than fit into Windows' buffer, so that some are missing; and ended when a directory is not watched"
                + " any more. Control characters in names are written as \\n, \\r, \\t or \\xNN.",
            "",
            "With --json each line is an object with time (UTC), action, directory and path."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ended by Ctrl-C",
            "1:failed, or a directory has vanished",
            "2:wrong usage"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  iocp4j watch C:\\inbox                     a folder",
            "  iocp4j watch --recursive --json src docs  two trees, for a program to read"
        })
public final class WatchCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", arity = "1..*", description = "The directories.")
    private List<String> directories;

    @Option(names = "--recursive", description = "Watch everything below the directories, too.")
    private boolean recursive;

    @Option(names = "--json", description = "Print JSON objects, one a line.")
    private boolean json;

    @Option(names = "--buffer", paramLabel = "BYTES", defaultValue = "65536",
            description = "The size of each of the buffers that Windows fills, from 4096 to 1048576; on a network drive"
                + " at most 65536. Default: ${DEFAULT-VALUE}")
    private int buffer;

    @Option(names = "--quiet", description = "Do not print on standard error what is watched.")
    private boolean quiet;

    WatchCommand() {
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (directories.contains("")) {
            throw new IllegalArgumentException("The name of a directory is empty; . is the current one");
        }
        final List<WatchedFolder> folders = directories.stream().map(WatchedFolder::new).collect(toList());
        final ChangePrinter printer = new ChangePrinter(folders, json ? new JsonLine()
                : new TextLine(ZoneId.systemDefault()), new BufferedOutputStream(
                        new FileOutputStream(FileDescriptor.out)));
        try (SignalExit exit = new SignalExit(printer::stop);
                CompletionPort port = CompletionPort.batchBuilder(printer).name("watch").open()) {
            for (int i = 0; i < folders.size(); i++) {
                watch(port, folders.get(i), i);
            }
            if (!quiet) {
                Notices.print("watch", "watching "
                        + folders.stream().map(WatchedFolder::name).collect(joining(", ")));
            }
            printer.awaitEnd();
            return exit.withCode(ExitCode.OK);
        }
    }

    private void watch(final CompletionPort port, final WatchedFolder folder, final int number) throws IOException {
        final DirectoryWatch.Builder watch = DirectoryWatch.builder(port, folder.path())
                .bufferSize(buffer)
                .token(number);
        if (recursive) {
            watch.recursive();
        }
        try {
            watch.open();
        } catch (final FileSystemException refused) {
            throw new IOException(
                    folder.name() + ": " + FileErrors.reason(refused, "there is no such folder"), refused);
        }
    }
}

package io.github.iocp4j.tools.watch;

import io.github.iocp4j.BatchListener;
import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.file.ChangeAction;
import io.github.iocp4j.file.DirectoryChanges;
import io.github.iocp4j.file.DirectoryWatch;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Prints changes. A completion's token is the number of its directory.
 *
 * <p>Slow output delays the workers, and then Windows' buffers overflow and changes are lost; that is printed, too.
 */
final class ChangePrinter implements BatchListener {
    private static final int LOOK_SECONDS = 1;

    private final List<WatchedFolder> folders;
    private final LineFormat format;
    private final OutputStream output;
    private final CountDownLatch ended = new CountDownLatch(1);
    private IOException failure;

    /**
     * Creates a printer.
     *
     * @param output is flushed after each batch
     */
    ChangePrinter(final List<WatchedFolder> folders, final LineFormat format, final OutputStream output) {
        this.folders = folders;
        this.format = format;
        this.output = output;
    }

    @Override
    public synchronized void onCompletions(final CompletionBatch batch) {
        try {
            for (int i = 0; i < batch.size() && failure == null; i++) {
                print(batch.completion(i));
            }
            output.flush();
        } catch (final IOException cannotPrint) {
            end(new IOException("Cannot write: " + cannotPrint.getMessage(), cannotPrint));
        } catch (final IllegalStateException malformed) {
            end(new IOException(malformed.getMessage(), malformed));
        }
    }

    /** Ends the printer without a failure. */
    void stop() {
        ended.countDown();
    }

    /** Waits for the end, and throws the failure that has caused it, unless that was {@link #stop}. */
    void awaitEnd() throws IOException, InterruptedException {
        while (!ended.await(LOOK_SECONDS, TimeUnit.SECONDS)) {
            endIfOneHasVanished();
        }
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
        }
    }

    /**
     * Windows reports the deletion of a directory, but not its renaming; for a file server that has gone it reports
     * neither.
     */
    private synchronized void endIfOneHasVanished() {
        for (final WatchedFolder folder : folders) {
            if (failure == null && !Files.isDirectory(folder.path())) {
                end(folder, new IOException(folder.name() + " is not there any more"));
            }
        }
    }

    private void print(final Completion completion) throws IOException {
        final WatchedFolder folder = folders.get((int) completion.token());
        final Instant now = Instant.now();
        switch (completion.status()) {
            case Win32Error.SUCCESS:
                final DirectoryChanges changes = ((DirectoryWatch) completion.device()).changes(completion);
                while (changes.next()) {
                    print(now, nameOf(changes), folder, folder.pathOf(changes));
                }
                break;
            case Win32Error.NOTIFY_ENUM_DIR:
                print(now, "overflow", folder, folder.name());
                break;
            default:
                end(folder, new IOException(folder.name() + " is not watched any more, it may have been deleted: "
                        + completion.error().getMessage(), completion.error()));
                break;
        }
    }

    private void print(final Instant time, final String action, final WatchedFolder folder, final String path)
            throws IOException {
        final String line = format.line(time, action, folder.name(), path);
        output.write((line + '\n').getBytes(StandardCharsets.UTF_8));
    }

    private void end(final WatchedFolder folder, final IOException why) {
        end(why);
        try {
            print(Instant.now(), "ended", folder, folder.name());
            output.flush();
        } catch (final IOException cannotPrint) {
            why.addSuppressed(cannotPrint);
        }
    }

    private void end(final IOException why) {
        if (failure == null) {
            failure = why;
        }
        ended.countDown();
    }

    private static String nameOf(final DirectoryChanges change) {
        final ChangeAction action = change.action();
        switch (action) {
            case ADDED:
                return "added";
            case REMOVED:
                return "removed";
            case MODIFIED:
                return "modified";
            case RENAMED_OLD_NAME:
                return "renamed-from";
            case RENAMED_NEW_NAME:
                return "renamed-to";
            default:
                return "action-" + (change.actionCode() & 0xffff);
        }
    }
}

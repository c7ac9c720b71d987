package io.github.iocp4j.examples;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.file.DirectoryChanges;
import io.github.iocp4j.file.DirectoryWatch;
import java.io.IOException;
import java.nio.file.Path;

/** Prints what changes in a directory and below it. */
public final class FolderWatcher {
    private FolderWatcher() {
    }

    /** Watches until Enter is pressed. */
    public static void main(final String[] args) throws IOException {
        try (CompletionPort port = CompletionPort.open(FolderWatcher::onCompletion)) {
            final DirectoryWatch watch = DirectoryWatch.builder(port, Path.of(args[0])).recursive().open();
            System.out.println("Watching " + watch.directory() + "; press Enter to end");
            System.in.read();
        }
    }

    static void onCompletion(final Completion completion) {
        final DirectoryWatch watch = (DirectoryWatch) completion.device();
        switch (completion.status()) {
            case Win32Error.SUCCESS:
                final DirectoryChanges changes = watch.changes(completion);
                while (changes.next()) {
                    System.out.println(changes.action() + " " + watch.directory().resolve(changes.name()));
                }
                break;
            case Win32Error.NOTIFY_ENUM_DIR:
                System.out.println("too many at once: list " + watch.directory() + " anew");
                break;
            default:
                System.out.println(completion.error().getMessage());
        }
    }
}

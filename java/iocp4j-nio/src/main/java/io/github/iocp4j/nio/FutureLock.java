package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.FileRange;
import io.github.iocp4j.file.OverlappedFile;

/** A lock of a range of a file, in flight. */
final class FutureLock extends FutureOperation<Void> {
    private final OverlappedFile file;
    private final FileRange range;

    FutureLock(final OverlappedFile file, final FileRange range) {
        this.file = file;
        this.range = range;
    }

    @Override
    void abort(final long id) {
        file.cancel(id);
    }

    @Override
    boolean read(final Completion completion) {
        return completion.status() == Win32Error.SUCCESS;
    }

    @Override
    Void result() {
        return null;
    }

    @Override
    boolean undo() {
        try {
            file.unlock(range);
        } catch (final Win32Exception | IllegalStateException closed) {
            // The close has released the lock.
            return true;
        }
        return true;
    }
}

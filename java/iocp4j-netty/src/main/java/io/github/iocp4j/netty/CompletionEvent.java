package io.github.iocp4j.netty;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.DetachedDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.netty.channel.IoEvent;

/** One completion. A loop has one event, which is valid only during {@code IoHandle.handle}. */
final class CompletionEvent implements IoEvent {
    private CompletionBatch batch;
    private int index;
    private int kind;

    void set(final CompletionBatch of, final int at, final int what) {
        batch = of;
        index = at;
        kind = what;
    }

    /** What the operation was started as: see {@link Registration#token}. */
    int kind() {
        return kind;
    }

    boolean isSuccess() {
        return status() == Win32Error.SUCCESS;
    }

    int status() {
        return batch.status(index);
    }

    boolean isAborted() {
        return batch.isAborted(index);
    }

    boolean isEnd() {
        return batch.isEnd(index);
    }

    /** Whether the read has got a part of a message, and the next read gets more of it. */
    boolean isPartOfMessage() {
        return batch.status(index) == Win32Error.MORE_DATA;
    }

    int bytes() {
        return batch.bytes(index);
    }

    /** The accepted connection, which then belongs to the caller. */
    DetachedDevice<?> detached() {
        return batch.detached(index);
    }

    /** Null after a success. */
    Win32Exception error() {
        return batch.error(index);
    }
}

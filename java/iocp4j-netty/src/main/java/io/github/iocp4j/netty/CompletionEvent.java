package io.github.iocp4j.netty;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.DetachedDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.netty.channel.IoEvent;

/**
 * One completion, for an {@link IocpIoHandle}. A loop has one event, which is valid only during
 * {@link io.netty.channel.IoHandle#handle}.
 */
public final class CompletionEvent implements IoEvent {
    private CompletionBatch batch;
    private int index;
    private int kind;

    CompletionEvent() {
    }

    void set(final CompletionBatch of, final int at, final int what) {
        batch = of;
        index = at;
        kind = what;
    }

    /**
     * The kind that the operation was started with.
     *
     * @return the argument of {@link IocpIoRegistration#token}
     */
    public int kind() {
        return kind;
    }

    /**
     * What has become of the operation: its result, its device, and for an accept the connection.
     *
     * @return the completion, valid as long as this event
     */
    public Completion completion() {
        return batch.completion(index);
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

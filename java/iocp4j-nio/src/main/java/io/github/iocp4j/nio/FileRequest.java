package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.FilePosition;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.RejectedExecutionException;

/**
 * One read, write or lock of a file channel, and where its result goes. The channel uses the object again for later
 * operations, so that these allocate nothing.
 */
final class FileRequest implements Runnable {
    /** What kind of operation it is. */
    enum Kind { READ, WRITE, LOCK }

    private static final Integer END = -1;

    private final OverlappedFileChannel channel;
    private final int token;
    private final FilePosition position = FilePosition.at(0);

    /** Written last before the operation starts, and read first after it, so that the worker sees the fields below. */
    private volatile Kind kind;
    private ByteBuffer buffer;
    private int start;
    /** The content of a heap buffer; null for a direct one. */
    private ByteBuffer copy;
    private RangeLock lock;
    private FileFuture<Object> future;
    private CompletionHandler<Object, Object> handler;
    private Object attachment;

    private int status;
    private int bytes;
    private boolean end;

    FileRequest(final OverlappedFileChannel channel, final int token) {
        this.channel = channel;
        this.token = token;
    }

    int token() {
        return token;
    }

    FilePosition position() {
        return position;
    }

    /** Prepares a transfer, and returns the direct buffer for it. */
    ByteBuffer transfer(final Kind readOrWrite, final ByteBuffer callers, final long from) {
        buffer = callers;
        start = callers.position();
        position.moveTo(from);
        if (!callers.isDirect()) {
            copy = CopyBuffers.take(callers.remaining());
            if (readOrWrite == Kind.WRITE) {
                copy.put(callers.duplicate()).flip();
            }
        }
        kind = readOrWrite;
        return copy == null ? callers : copy;
    }

    /** Prepares a lock. */
    void lock(final RangeLock range) {
        lock = range;
        kind = Kind.LOCK;
    }

    /** Called first. Exactly one of future and handler is not null. */
    void resultTo(final FileFuture<Object> newFuture, final CompletionHandler<Object, Object> newHandler,
            final Object newAttachment) {
        future = newFuture;
        handler = newHandler;
        attachment = newAttachment;
    }

    /** Takes the completion, on a worker. */
    void completed(final Completion completion) {
        completed(completion.status(), completion.bytes(), completion.isEnd());
    }

    /** Takes an inline completion, on the thread that has started the operation. */
    void completedInline(final int transferred) {
        completed(Win32Error.SUCCESS, transferred, false);
    }

    private void completed(final int newStatus, final int newBytes, final boolean newEnd) {
        status = newStatus;
        bytes = newBytes;
        end = newEnd;
        if (future != null) {
            completeFuture();
            return;
        }
        try {
            channel.executor().execute(this);
        } catch (final RejectedExecutionException shutDown) {
            undo(outcome());
            forget();
            throw shutDown;
        }
    }

    /** Calls the handler, on a thread of the executor. */
    @Override
    public void run() {
        final CompletionHandler<Object, Object> called = handler;
        final Object with = attachment;
        final Object outcome = outcome();
        forget();
        call(called, with, outcome);
    }

    /** Calls a handler. An interrupt that it leaves does not reach the next task of the thread. */
    static void call(final CompletionHandler<Object, Object> handler, final Object attachment, final Object outcome) {
        try {
            if (outcome instanceof Throwable) {
                handler.failed((Throwable) outcome, attachment);
            } else {
                handler.completed(outcome, attachment);
            }
        } finally {
            Thread.interrupted();
        }
    }

    /** Forgets the operation, which was not started. */
    void abandon() {
        if (lock != null) {
            channel.forget(lock);
        }
        forget();
    }

    private void completeFuture() {
        final FileFuture<Object> completed = future;
        final Object outcome = outcome();
        forget();
        if (outcome instanceof Throwable) {
            completed.fail((Throwable) outcome);
        } else {
            completed.succeed(outcome);
            if (completed.isCancelled()) {
                undo(outcome);
            }
        }
    }

    /** Releases a lock that no code of the program receives. */
    private void undo(final Object outcome) {
        if (outcome instanceof RangeLock) {
            channel.releaseUnseen((RangeLock) outcome);
        }
    }

    /** The result, or a Throwable. */
    private Object outcome() {
        final Kind started = kind;
        if (started == Kind.LOCK) {
            return lockOutcome();
        }
        if (end) {
            return END;
        }
        if (status != Win32Error.SUCCESS) {
            return failure();
        }
        try {
            advance(started);
        } catch (final IllegalArgumentException | BufferOverflowException changed) {
            return new IOException("The buffer was changed during the operation on " + channel, changed);
        }
        return bytes;
    }

    private Object lockOutcome() {
        if (status == Win32Error.SUCCESS && lock.granted()) {
            return lock;
        }
        channel.forget(lock);
        return failure();
    }

    private Throwable failure() {
        return !channel.isOpen() || status == Win32Error.HANDLES_CLOSED ? new AsynchronousCloseException()
                : new Win32Exception(kind + " on " + channel.name(), status);
    }

    private void advance(final Kind started) {
        if (copy != null && started == Kind.READ) {
            buffer.position(start);
            buffer.put(copy.position(0).limit(bytes));
        } else {
            buffer.position(start + bytes);
        }
    }

    private void forget() {
        if (copy != null) {
            CopyBuffers.giveBack(copy);
            copy = null;
        }
        buffer = null;
        lock = null;
        future = null;
        handler = null;
        attachment = null;
        channel.giveBack(this);
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.concurrent.RejectedExecutionException;

/**
 * One read, write or lock of a file channel, and where its result goes. The channel uses the object again for later
 * operations, so that these allocate nothing.
 */
final class FileRequest implements HandlerCall {
    /** What kind of operation it is. */
    enum Kind { READ, WRITE, LOCK }

    private static final Integer END = -1;

    private final OverlappedFileChannel channel;
    private final int token;
    private final FilePosition position = FilePosition.at(0);

    /** Written last before the operation starts, and read first after it, so that the worker sees the other fields. */
    private volatile boolean published;
    private Kind kind;
    private ByteBuffer buffer;
    private int start;
    /** The content of a heap buffer; null for a direct one. */
    private ByteBuffer copy;
    private RangeLock lock;
    private FileFuture<Object> future;
    private CompletionHandler<Object, Object> handler;
    private Object attachment;

    /** How often the object has been used. */
    private int uses;
    private int status;
    private int bytes;
    private boolean end;

    FileRequest(final OverlappedFileChannel channel, final int token) {
        this.channel = channel;
        this.token = token;
    }

    /** What to transfer; {@link #start} comes next. */
    void transfer(final Kind readOrWrite, final ByteBuffer callers, final long from) {
        kind = readOrWrite;
        buffer = callers;
        start = callers.position();
        position.moveTo(from);
    }

    /** What to lock; {@link #start} comes next. */
    void lock(final RangeLock range) {
        kind = Kind.LOCK;
        lock = range;
    }

    /** Exactly one of future and handler is not null. */
    void resultTo(final FileFuture<Object> newFuture, final CompletionHandler<Object, Object> newHandler,
            final Object newAttachment) {
        future = newFuture;
        handler = newHandler;
        attachment = newAttachment;
    }

    /**
     * Starts the operation.
     *
     * @return the operation's id, or an inline completion
     */
    long start(final OverlappedFile file) {
        if (kind == Kind.LOCK) {
            published = true;
            return file.lock(lock.range(), lock.mode(), token);
        }
        final ByteBuffer direct = buffer.isDirect() ? buffer : copied();
        published = true;
        return kind == Kind.READ ? file.read(direct, position, token) : file.write(direct, position, token);
    }

    private ByteBuffer copied() {
        copy = CopyBuffers.take(buffer.remaining());
        if (kind == Kind.WRITE) {
            copy.put(buffer.duplicate()).flip();
        }
        return copy;
    }

    /** Takes the completion, on a thread of the port. */
    void completed(final Completion completion) {
        if (!published) {
            throw new AssertionError("A completion for a request that is not in use: " + completion);
        }
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
        final int use = uses;
        try {
            channel.dispatch(this);
        } catch (final RejectedExecutionException | ShutdownChannelGroupException | Error refused) {
            if (use == uses) {
                undo(outcome());
                forget();
            }
            // Otherwise this thread has called the handler, which has thrown the error.
            throw refused;
        }
    }

    /** Runs on a thread of the executor. */
    @Override
    public void run() {
        channel.run(this);
    }

    @Override
    public void call() {
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
        if (kind == Kind.LOCK) {
            return lockOutcome();
        }
        if (end) {
            return END;
        }
        if (status != Win32Error.SUCCESS) {
            return failure();
        }
        try {
            advance();
        } catch (final IllegalArgumentException | BufferOverflowException changed) {
            return ChannelFailures.ofChangedBuffer(changed);
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

    private void advance() {
        if (copy != null && kind == Kind.READ) {
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
        published = false;
        uses++;
        buffer = null;
        lock = null;
        future = null;
        handler = null;
        attachment = null;
        channel.giveBack(this);
    }
}

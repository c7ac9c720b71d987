package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.file.FileIdentity;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/** A channel over a file of the port. */
final class OverlappedFileChannel extends AsynchronousFileChannel {
    private static final Integer NOTHING = 0;

    private final OverlappedFile file;
    private final boolean reading;
    private final boolean writing;
    /** Its threads may also call the handlers at once; null with an executor of the program. */
    private final ChannelGroup group;
    private final Executor executor;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Null until the first lock. */
    private volatile FileIdentity identity;

    private final ReentrantLock requestsLock = new ReentrantLock();
    /** All requests by token; grows to the largest number of operations that have been in flight. */
    private volatile FileRequest[] requests = {};
    /** The requests that are not in use, a stack; used with the lock, as is the count. */
    private FileRequest[] free = {};
    private int freeCount;

    /** A channel of the group's port. */
    OverlappedFileChannel(
            final OverlappedFile file, final boolean reading, final boolean writing, final ChannelGroup group) {
        this(file, reading, writing, group, group::enqueue);
    }

    /** A channel whose handlers run on an executor of the program. */
    OverlappedFileChannel(
            final OverlappedFile file, final boolean reading, final boolean writing, final Executor executor) {
        this(file, reading, writing, null, executor);
    }

    private OverlappedFileChannel(
            final OverlappedFile file, final boolean reading, final boolean writing, final ChannelGroup group,
            final Executor executor) {
        this.file = file;
        this.reading = reading;
        this.writing = writing;
        this.group = group;
        this.executor = executor;
        file.attach(this);
    }

    @Override
    public boolean isOpen() {
        return !closed.get();
    }

    @Override
    public void close() throws IOException {
        if (!closed.getAndSet(true)) {
            file.close(Streams.CLOSE_TIMEOUT);
            if (group != null) {
                ChannelGroup.awaitEnd(file);
            }
            final FileIdentity known = identity;
            if (known != null) {
                FileLocks.removeAll(known, this);
            }
        }
    }

    @Override
    public long size() throws IOException {
        checkOpen();
        try {
            return file.size();
        } catch (final IllegalStateException refusal) {
            throw refused(refusal);
        }
    }

    @Override
    public AsynchronousFileChannel truncate(final long size) throws IOException {
        if (size < 0) {
            throw new IllegalArgumentException("Negative size");
        }
        if (!writing) {
            throw new NonWritableChannelException();
        }
        checkOpen();
        try {
            if (size < file.size()) {
                file.setSize(size);
            }
        } catch (final IllegalStateException refusal) {
            throw refused(refusal);
        }
        return this;
    }

    @Override
    public void force(final boolean metaData) throws IOException {
        checkOpen();
        // Windows refuses to flush a file that is open for reading only (ERROR_ACCESS_DENIED), and the specification
        // lets that be nothing. A refusal for another file means that its data may not be on the disk.
        if (writing) {
            try {
                file.flush();
            } catch (final IllegalStateException refusal) {
                throw refused(refusal);
            }
        }
    }

    @Override
    public Future<Integer> read(final ByteBuffer target, final long position) {
        return typed(startRead(target, position, null, null));
    }

    @Override
    public <A> void read(final ByteBuffer target, final long position, final A attachment,
            final CompletionHandler<Integer, ? super A> handler) {
        startRead(target, position, attachment, Objects.requireNonNull(handler, "handler"));
    }

    @Override
    public Future<Integer> write(final ByteBuffer source, final long position) {
        return typed(startWrite(source, position, null, null));
    }

    @Override
    public <A> void write(final ByteBuffer source, final long position, final A attachment,
            final CompletionHandler<Integer, ? super A> handler) {
        startWrite(source, position, attachment, Objects.requireNonNull(handler, "handler"));
    }

    @Override
    public Future<FileLock> lock(final long position, final long size, final boolean shared) {
        return typed(startLock(position, size, shared, null, null));
    }

    @Override
    public <A> void lock(final long position, final long size, final boolean shared, final A attachment,
            final CompletionHandler<FileLock, ? super A> handler) {
        startLock(position, size, shared, attachment, Objects.requireNonNull(handler, "handler"));
    }

    @Override
    public FileLock tryLock(final long position, final long size, final boolean shared) throws IOException {
        checkLock(shared);
        checkOpen();
        final RangeLock lock = new RangeLock(this, position, size, shared);
        register(lock);
        boolean locked = false;
        try {
            locked = file.tryLockNow(lock.range(), lock.mode());
            if (locked && !lock.granted()) {
                throw new AsynchronousCloseException();
            }
            return locked ? lock : null;
        } catch (final IllegalStateException refusal) {
            throw refused(refusal);
        } finally {
            if (!locked) {
                forget(lock);
            }
        }
    }

    /** Takes a completion, on a thread of the port. */
    void completed(final Completion completion) {
        requests[(int) completion.token()].completed(completion);
    }

    /** Lets the handler of a request be called. */
    void dispatch(final FileRequest request) {
        if (group != null) {
            group.dispatch(request);
        } else {
            executor.execute(request);
        }
    }

    /** Calls the handler of a request on this thread, which is one of the executor. */
    void run(final FileRequest request) {
        if (group != null) {
            HandlerThread.run(group, request);
        } else {
            request.call();
        }
    }

    String name() {
        return file.name();
    }

    void cancel(final long operation) {
        file.cancel(operation);
    }

    /** Takes back a request that is over. */
    void giveBack(final FileRequest request) {
        requestsLock.lock();
        try {
            free[freeCount++] = request;
        } finally {
            requestsLock.unlock();
        }
    }

    void unlock(final RangeLock lock) throws IOException {
        try {
            file.unlock(lock.range());
        } catch (final IllegalStateException closedMeanwhile) {
            // The close has released the lock.
            return;
        } finally {
            forget(lock);
        }
    }

    /** Releases a lock that Windows has granted although its future was cancelled. */
    void releaseUnseen(final RangeLock lock) {
        try {
            lock.release();
        } catch (final IOException closedMeanwhile) {
            // The close has released the lock.
            return;
        }
    }

    void forget(final RangeLock lock) {
        FileLocks.remove(identity, lock);
    }

    private FileFuture<Object> startRead(final ByteBuffer target, final long position, final Object attachment,
            final CompletionHandler<?, ?> handler) {
        if (!reading) {
            throw new NonReadableChannelException();
        }
        checkPosition(position);
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
        return transfer(FileRequest.Kind.READ, target, position, attachment, handler);
    }

    private FileFuture<Object> startWrite(final ByteBuffer source, final long position, final Object attachment,
            final CompletionHandler<?, ?> handler) {
        if (!writing) {
            throw new NonWritableChannelException();
        }
        checkPosition(position);
        return transfer(FileRequest.Kind.WRITE, source, position, attachment, handler);
    }

    private FileFuture<Object> transfer(final FileRequest.Kind kind, final ByteBuffer buffer, final long position,
            final Object attachment, final CompletionHandler<?, ?> handler) {
        if (!isOpen()) {
            return done(attachment, handler, new ClosedChannelException());
        }
        if (!buffer.hasRemaining()) {
            return done(attachment, handler, NOTHING);
        }
        final FileRequest request = take();
        request.transfer(kind, buffer, position);
        return start(request, attachment, handler);
    }

    private FileFuture<Object> startLock(final long position, final long size, final boolean shared,
            final Object attachment, final CompletionHandler<?, ?> handler) {
        checkLock(shared);
        if (!isOpen()) {
            return done(attachment, handler, new ClosedChannelException());
        }
        final RangeLock lock = new RangeLock(this, position, size, shared);
        try {
            register(lock);
        } catch (final IOException failure) {
            return done(attachment, handler, failure);
        }
        final FileRequest request = take();
        request.lock(lock);
        return start(request, attachment, handler);
    }

    private FileFuture<Object> start(
            final FileRequest request, final Object attachment, final CompletionHandler<?, ?> handler) {
        final FileFuture<Object> future = handler == null ? new FileFuture<>(this) : null;
        request.resultTo(future, untyped(handler), attachment);
        boolean accepted = false;
        final long started;
        try {
            started = request.start(file);
            accepted = true;
        } catch (final IllegalStateException refusal) {
            return done(attachment, handler, refused(refusal));
        } catch (final IllegalArgumentException range) {
            return done(attachment, handler, new IOException(range.getMessage(), range));
        } finally {
            if (!accepted) {
                request.abandon();
            }
        }
        if (InlineCompletion.is(started)) {
            request.completedInline(InlineCompletion.bytes(started));
        } else if (future != null) {
            future.started(started);
        }
        return future;
    }

    /** The result of a call that starts no operation. */
    private FileFuture<Object> done(
            final Object attachment, final CompletionHandler<?, ?> handler, final Object outcome) {
        if (handler == null) {
            final FileFuture<Object> future = new FileFuture<>(this);
            return outcome instanceof Throwable ? future.fail((Throwable) outcome) : future.succeed(outcome);
        }
        try {
            executor.execute(() -> FileRequest.call(untyped(handler), attachment, outcome));
        } catch (final RejectedExecutionException shutDown) {
            throw (RuntimeException) new ShutdownChannelGroupException().initCause(shutDown);
        }
        return null;
    }

    /** Returns a request that is not in use. */
    FileRequest take() {
        requestsLock.lock();
        try {
            if (freeCount > 0) {
                return free[--freeCount];
            }
            final FileRequest[] known = requests;
            final FileRequest[] more = Arrays.copyOf(known, Math.max(4, known.length * 2));
            free = new FileRequest[more.length];
            for (int i = known.length; i < more.length; i++) {
                more[i] = new FileRequest(this, i);
                free[freeCount++] = more[i];
            }
            requests = more;
            return free[--freeCount];
        } finally {
            requestsLock.unlock();
        }
    }

    private void register(final RangeLock lock) throws IOException {
        try {
            if (identity == null) {
                identity = file.identity();
            }
        } catch (final IllegalStateException refusal) {
            throw refused(refusal);
        }
        FileLocks.add(identity, lock);
        if (!isOpen()) {
            // The close may have removed the locks before this one came.
            forget(lock);
            throw new ClosedChannelException();
        }
    }

    private void checkLock(final boolean shared) {
        if (shared && !reading) {
            throw new NonReadableChannelException();
        }
        if (!shared && !writing) {
            throw new NonWritableChannelException();
        }
    }

    private static void checkPosition(final long position) {
        if (position < 0) {
            throw new IllegalArgumentException("Negative position");
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    /** The exception for a call that was refused: the port's ceiling is reached, or the file was closed meanwhile. */
    private static IOException refused(final IllegalStateException refusal) {
        return refusal instanceof OperationLimitException ? new IOException(refusal.getMessage(), refusal)
                : new AsynchronousCloseException();
    }

    @SuppressWarnings("unchecked")
    private static CompletionHandler<Object, Object> untyped(final CompletionHandler<?, ?> handler) {
        return (CompletionHandler<Object, Object>) handler;
    }

    @SuppressWarnings("unchecked")
    private static <V> Future<V> typed(final FileFuture<Object> future) {
        return (Future<V>) (Future<?>) future;
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.RegisteredBuffer;
import io.github.iocp4j.RegisteredSlice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.internal.raw.WaitedReads;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One direction of a stream: a buffer, at most one operation in flight in it, and at most one thread that waits for
 * that operation. The thread with the lock starts operations and takes their results. A thread that stops waiting, at a
 * timeout or an interrupt, leaves the operation in flight: the next thread with the lock waits for the same operation,
 * so that no byte is lost. A read for which the thread waits in the kernel is cancelled instead, and what has come
 * nevertheless is its result.
 */
final class Transfer {
    static final int MAX_BUFFER = 65_536;

    private static final int MIN_BUFFER = 8_192;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int IDLE = 0;
    private static final int IN_FLIGHT = 1;
    private static final int ENDED = 2;

    private final ReentrantLock lock = new ReentrantLock();
    private volatile int phase = IDLE;
    private volatile Thread waiter;
    /** Not null while a thread waits in the kernel. */
    private volatile WaitedRead blocked;

    // The result: written before the phase becomes ENDED, and read after that.
    private int status;
    private int bytes;
    private boolean end;

    // Used with the lock only. Null until the first operation, and after the close.
    private RegisteredBuffer memory;
    private RegisteredSlice slice;
    private ByteBuffer buffer;
    /** Null until the first wait in the kernel. */
    private WaitedRead waited;

    void lock() {
        lock.lock();
    }

    boolean tryLock() {
        return lock.tryLock();
    }

    /** Ends the use of a stream; frees the memory if the stream was closed meanwhile. */
    void unlock(final Streams stream) {
        lock.unlock();
        if (stream.isClosed()) {
            freeUnlessLocked();
        }
    }

    /** Wakes the waiting thread, so that it sees that the stream is closed, or its input shut down. */
    void wake() {
        LockSupport.unpark(waiter);
        final WaitedRead reads = blocked;
        if (reads != null) {
            reads.wake();
        }
    }

    /** Frees the memory. If another thread has the lock, it does so in {@link #unlock}. */
    void freeUnlessLocked() {
        if (lock.tryLock()) {
            try {
                if (memory != null) {
                    // An operation in flight keeps the memory until its completion.
                    memory.close();
                    memory = null;
                    slice = null;
                    buffer = null;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    boolean isIdle() {
        return phase == IDLE;
    }

    /** The memory of the next operation, of at least that many bytes or of the largest size. Only while idle. */
    RegisteredSlice slice(final int wanted) {
        final int size = Math.max(MIN_BUFFER, Integer.highestOneBit(Math.min(wanted, MAX_BUFFER) - 1) << 1);
        if (memory == null || memory.capacity() < size) {
            final RegisteredBuffer larger = RegisteredBuffer.register(ByteBuffer.allocateDirect(size));
            if (memory != null) {
                memory.close();
            }
            memory = larger;
            slice = larger.slice();
            buffer = slice.buffer();
        }
        buffer.clear();
        return slice;
    }

    /** The same memory, with the position and limit that its buffer has. */
    RegisteredSlice sliceInUse() {
        return slice;
    }

    /** Discards the content of the buffer. */
    void discard() {
        if (buffer != null) {
            buffer.position(buffer.limit());
        }
    }

    /** The buffer of {@link #slice}; null before the first operation. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** An operation is about to start: its completion may come before the starting method returns. */
    void begin() {
        phase = IN_FLIGHT;
    }

    /** The operation has not started. */
    void refused() {
        phase = IDLE;
    }

    /** Takes the result of the starting method. */
    void started(final long started) {
        if (InlineCompletion.is(started)) {
            end(Win32Error.SUCCESS, InlineCompletion.bytes(started), false);
        }
    }

    /** Takes a completion, on a worker. */
    void completed(final Completion completion) {
        end(completion.status(), completion.bytes(), completion.isEnd());
        LockSupport.unpark(waiter);
    }

    /**
     * Waits until the operation has ended, or until the direction is stopped.
     *
     * @param milliseconds 0 for no limit
     * @return false when the direction is stopped
     * @throws SocketTimeoutException at the timeout; the operation is still in flight
     * @throws InterruptedIOException when the thread is interrupted, and stays so; the operation is still in flight
     */
    boolean await(final Streams stream, final int milliseconds) throws InterruptedIOException {
        final long deadline = deadline(milliseconds);
        waiter = Thread.currentThread();
        try {
            while (phase == IN_FLIGHT) {
                if (stream.isStopped(this)) {
                    return false;
                }
                checkInterrupt(stream);
                if (milliseconds == 0) {
                    LockSupport.park(this);
                } else {
                    LockSupport.parkNanos(this, left(deadline));
                }
            }
        } finally {
            waiter = null;
        }
        return !stream.isStopped(this);
    }

    /**
     * Reads, and waits in the kernel. Only while idle, and not on a virtual thread. Unlike an operation that a worker
     * completes, it never stays in flight.
     *
     * @param milliseconds 0 for no limit
     * @return false when the direction is stopped
     * @throws SocketTimeoutException at the timeout
     * @throws InterruptedIOException when the thread is interrupted, and stays so
     */
    boolean read(final Streams stream, final int wanted, final int milliseconds) throws InterruptedIOException {
        final RegisteredSlice target = slice(wanted);
        boolean ended = false;
        if (waited == null || !waited.isOpen()) {
            waited = new WaitedRead(stream.pipe());
        }
        blocked = waited;
        try {
            final long deadline = deadline(milliseconds);
            while (!ended) {
                if (stream.isStopped(this)) {
                    return false;
                }
                checkInterrupt(stream);
                final long result = waited.read(target, milliseconds == 0 ? WaitedReads.NO_TIMEOUT
                        : (int) ((left(deadline) + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI));
                ended = ended(WaitedReads.status(result), WaitedReads.bytes(result));
            }
        } finally {
            blocked = null;
            if (!ended) {
                discard();
            }
        }
        return !stream.isStopped(this);
    }

    /** Takes the result that {@link #status}, {@link #bytes} and {@link #isEnd} return. */
    void take() {
        phase = IDLE;
    }

    int status() {
        return status;
    }

    int bytes() {
        return bytes;
    }

    boolean isEnd() {
        return end;
    }

    private static long deadline(final int milliseconds) {
        return milliseconds == 0 ? 0 : System.nanoTime() + milliseconds * NANOS_PER_MILLI;
    }

    private static long left(final long deadline) throws SocketTimeoutException {
        final long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("Read timed out");
        }
        return left;
    }

    private static void checkInterrupt(final Streams stream) throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("Interrupted while waiting for " + stream);
        }
    }

    /** Takes the result of a wait in the kernel; returns false when that was woken, or timed out. */
    private boolean ended(final int newStatus, final int newBytes) {
        if (newStatus == WaitedReads.WOKEN || newStatus == Win32Error.TIMEOUT) {
            return false;
        }
        end(newStatus, newBytes, newStatus == Win32Error.BROKEN_PIPE || newStatus == Win32Error.HANDLE_EOF
                || newStatus == Win32Error.PIPE_NOT_CONNECTED);
        return true;
    }

    private void end(final int newStatus, final int newBytes, final boolean newEnd) {
        status = newStatus;
        bytes = newBytes;
        end = newEnd;
        phase = ENDED;
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.RegisteredSlice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.internal.raw.WaitedReads;
import io.github.iocp4j.pipe.NamedPipe;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Lets a thread wait in the kernel for a read, until the thread is interrupted. The base class is how the JDK offers to
 * call a library when a thread is interrupted. It is "closed" by the first interrupt, and another one takes its place.
 */
final class WaitedRead extends AbstractInterruptibleChannel {
    /**
     * In milliseconds. Up to Java 21, an interrupt that comes just before {@code begin} does not call this object, and
     * the thread may not have its interrupt status yet. Therefore the thread looks once more.
     */
    private static final int FIRST_WAIT = 100;

    private final NamedPipe pipe;

    WaitedRead(final NamedPipe pipe) {
        this.pipe = pipe;
    }

    /**
     * Returns the result, for {@link WaitedReads#status}; after an interrupt it may be WOKEN or TIMEOUT.
     *
     * @param timeout in milliseconds, more than 0, or {@link WaitedReads#NO_TIMEOUT}
     */
    long read(final RegisteredSlice slice, final int timeout) {
        begin();
        try {
            final boolean endless = timeout == WaitedReads.NO_TIMEOUT;
            if (!endless && timeout <= FIRST_WAIT) {
                return WaitedReads.read(pipe, slice, timeout);
            }
            final long first = WaitedReads.read(pipe, slice, FIRST_WAIT);
            return WaitedReads.status(first) != Win32Error.TIMEOUT || Thread.currentThread().isInterrupted() ? first
                    : WaitedReads.read(pipe, slice, endless ? timeout : timeout - FIRST_WAIT);
        } finally {
            try {
                end(true);
            } catch (final AsynchronousCloseException interrupted) {
                // The caller sees that the thread is interrupted.
            }
        }
    }

    void wake() {
        WaitedReads.wake(pipe);
    }

    @Override
    protected void implCloseChannel() {
        wake();
    }
}

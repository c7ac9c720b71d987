package io.github.iocp4j.nio;

import io.github.iocp4j.RegisteredSlice;
import io.github.iocp4j.internal.raw.WaitedReads;
import io.github.iocp4j.pipe.NamedPipe;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Lets a thread wait in the kernel for a read, until the thread is interrupted. The base class is how the JDK offers to
 * call a library when a thread is interrupted. It is "closed" by the first interrupt, and another one takes its place.
 */
final class WaitedRead extends AbstractInterruptibleChannel {
    private final NamedPipe pipe;

    WaitedRead(final NamedPipe pipe) {
        this.pipe = pipe;
    }

    /** Returns the result, for {@link WaitedReads#status}; after an interrupt it may be WOKEN. */
    long read(final RegisteredSlice slice, final int timeout) {
        begin();
        try {
            return WaitedReads.read(pipe, slice, timeout);
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

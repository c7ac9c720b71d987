package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.RegisteredSlice;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.raw.AdapterFacts;
import io.github.iocp4j.internal.raw.WaitedReads;
import io.github.iocp4j.pipe.NamedPipe;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Reads from the device of streams, with a {@link Transfer}. */
final class StreamInput extends InputStream {
    private static final long READ = 1;

    private final Streams streams;
    private final StreamDevice device;
    private final boolean endsWithEmptyMessage;
    /** Whether a platform thread waits in the kernel. */
    private final boolean waitsInTheKernel;
    private final Transfer reading = new Transfer();
    private volatile int timeout;
    private volatile boolean shutdown;
    /** Used with the lock of {@link #reading} only. */
    private boolean atEnd;

    StreamInput(final Streams streams, final StreamDevice device) {
        this.streams = streams;
        this.device = device;
        waitsInTheKernel = device instanceof NamedPipe && WaitedReads.arePossible((NamedPipe) device);
        endsWithEmptyMessage = device instanceof NamedPipe && AdapterFacts.keepsMessages((NamedPipe) device);
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        reading.lock();
        try {
            streams.checkOpen();
            if (shutdown || !hasData() && !fill(length)) {
                streams.checkOpen();
                return -1;
            }
            final ByteBuffer data = reading.buffer();
            final int count = Math.min(length, data.remaining());
            data.get(target, offset, count);
            return count;
        } finally {
            reading.unlock(streams);
        }
    }

    @Override
    public int available() throws IOException {
        streams.checkOpen();
        // Another thread is reading and gets the available data.
        if (!reading.tryLock()) {
            return 0;
        }
        try {
            if (shutdown || atEnd) {
                return 0;
            }
            if (hasData()) {
                return reading.buffer().remaining();
            }
            return reading.isIdle() && device instanceof NamedPipe ? peek() : 0;
        } finally {
            reading.unlock(streams);
        }
    }

    @Override
    public void close() throws IOException {
        streams.closeOwner();
    }

    /** Sets how long a read waits, in milliseconds; 0 for no limit. */
    void timeout(final int milliseconds) {
        timeout = milliseconds;
    }

    /** From now on reads return the end. */
    void shutDown() {
        shutdown = true;
        reading.wake();
    }

    boolean isShutdown() {
        return shutdown;
    }

    /** Takes the completion of a read, on a worker. */
    void completed(final Completion completion) {
        reading.completed(completion);
    }

    /** Whether that is the direction of the input, and shut down. */
    boolean isStopped(final Transfer direction) {
        return shutdown && direction == reading;
    }

    void wake() {
        reading.wake();
    }

    void free() {
        reading.freeUnlessLocked();
    }

    private int peek() {
        try {
            return streams.pipe().peek().bytesAvailable();
        } catch (final Win32Exception | IllegalStateException gone) {
            // The next read reports why.
            return 0;
        }
    }

    private boolean hasData() {
        final ByteBuffer data = reading.buffer();
        return reading.isIdle() && data != null && data.hasRemaining();
    }

    /** Reads into the buffer; returns false at the end, and when the direction is stopped. */
    private boolean fill(final int wanted) throws IOException {
        while (!atEnd) {
            if (!read(wanted)) {
                return false;
            }
            reading.take();
            final ByteBuffer data = reading.buffer();
            final int status = reading.status();
            if (status == Win32Error.SUCCESS && !reading.isEnd() || status == Win32Error.MORE_DATA) {
                data.position(0).limit(reading.bytes());
                if (data.hasRemaining()) {
                    return true;
                }
                // On other devices it is no end: a peer has written 0 bytes, or a serial port has timed out.
                atEnd = endsWithEmptyMessage && status == Win32Error.SUCCESS;
            } else {
                data.limit(0);
                atEnd = reading.isEnd();
                if (!atEnd) {
                    throw status == Win32Error.HANDLES_CLOSED ? streams.closedException()
                            : new Win32Exception("ReadFile on " + device, status);
                }
            }
        }
        return false;
    }

    /** Returns when the read has ended, perhaps one that is in flight already; false when the direction is stopped. */
    private boolean read(final int wanted) throws IOException {
        if (reading.isIdle()) {
            // An interrupted thread cannot wait in the kernel. It still gets what has come already.
            if (waitsInTheKernel && WaitedReads.areForThisThread() && !Thread.currentThread().isInterrupted()) {
                return readAndWait(wanted);
            }
            startRead(wanted);
        }
        return reading.await(streams, timeout);
    }

    private boolean readAndWait(final int wanted) throws IOException {
        try {
            return reading.read(streams, wanted, timeout);
        } catch (final IllegalStateException | UnsupportedOperationException refusal) {
            throw streams.refused(refusal);
        }
    }

    private void startRead(final int wanted) throws IOException {
        try {
            final RegisteredSlice slice = reading.slice(wanted);
            reading.begin();
            reading.started(device.readInto(slice, READ));
        } catch (final IllegalStateException | UnsupportedOperationException refusal) {
            reading.refused();
            reading.discard();
            throw streams.refused(refusal);
        }
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Writes to the device of streams. A write that was interrupted stays in flight, and the next one waits for it. */
final class StreamOutput extends OutputStream {
    private static final long WRITE = 2;

    private final Streams streams;
    private final StreamDevice device;
    private final Transfer writing = new Transfer();
    private volatile boolean shutdown;

    StreamOutput(final Streams streams, final StreamDevice device) {
        this.streams = streams;
        this.device = device;
    }

    @Override
    public void write(final int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(final byte[] source, final int offset, final int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        writing.lock();
        try {
            checkWritable();
            finishWrite(0);
            for (int done = 0; done < length;) {
                final int count = Math.min(length - done, Transfer.MAX_BUFFER);
                fillAndStartWrite(source, offset + done, count);
                done += count;
                finishWrite(done);
            }
        } finally {
            writing.unlock(streams);
        }
    }

    @Override
    public void close() throws IOException {
        streams.closeOwner();
    }

    /** Ends the data to the peer, on a message-mode pipe only. */
    void shutDown() throws IOException {
        writing.lock();
        try {
            checkWritable();
            finishWrite(0);
            writing.begin();
            try {
                writing.started(streams.pipe().closeWrite(WRITE));
            } catch (final UnsupportedOperationException refusal) {
                writing.refused();
                throw new SocketException("Cannot shut down the output of " + device
                        + ": only duplex pipes in message mode have a half close");
            } catch (final IllegalStateException refusal) {
                writing.refused();
                throw streams.refused(refusal);
            }
            shutdown = true;
            finishWrite(0);
        } finally {
            writing.unlock(streams);
        }
    }

    boolean isShutdown() {
        return shutdown;
    }

    /** Takes the completion of a write, on a worker. */
    void completed(final Completion completion) {
        writing.completed(completion);
    }

    void wake() {
        writing.wake();
    }

    void free() {
        writing.freeUnlessLocked();
    }

    private void fillAndStartWrite(final byte[] source, final int offset, final int length) throws IOException {
        try {
            writing.slice(length).buffer().put(source, offset, length).flip();
        } catch (final IllegalStateException refusal) {
            throw streams.refused(refusal);
        }
        startWrite();
    }

    /** Starts a write of the buffered data. */
    private void startWrite() throws IOException {
        try {
            writing.begin();
            writing.started(device.writeFrom(writing.sliceInUse(), WRITE));
        } catch (final IllegalStateException | UnsupportedOperationException refusal) {
            writing.refused();
            writing.discard();
            throw streams.refused(refusal);
        }
    }

    /**
     * Waits until the write in flight has ended, perhaps one that an interrupted thread has left.
     *
     * @param transferred how many bytes of the caller are written or in flight
     */
    private void finishWrite(final int transferred) throws IOException {
        while (!writing.isIdle()) {
            awaitWrite(transferred);
            writing.take();
            if (writing.status() != Win32Error.SUCCESS) {
                writing.discard();
                throw notWritten(writing.status());
            }
            final ByteBuffer data = writing.buffer();
            if (data != null && data.hasRemaining()) {
                // A serial port with a timeout may have written a part.
                data.position(data.position() + writing.bytes());
                if (data.hasRemaining()) {
                    startWrite();
                }
            }
        }
    }

    private void awaitWrite(final int transferred) throws IOException {
        try {
            if (!writing.await(streams, 0)) {
                throw streams.closedException();
            }
        } catch (final InterruptedIOException interrupted) {
            interrupted.bytesTransferred = transferred;
            throw interrupted;
        }
    }

    private IOException notWritten(final int status) {
        final Win32Exception cause = new Win32Exception("WriteFile on " + device, status);
        switch (status) {
            case Win32Error.HANDLES_CLOSED:
                return streams.closedException();
            case Win32Error.BROKEN_PIPE:
            case Win32Error.NO_DATA:
            case Win32Error.PIPE_NOT_CONNECTED:
                // Protocol libraries know the end of a connection by this message.
                final SocketException gone = new SocketException("Pipe closed");
                gone.initCause(cause);
                return gone;
            default:
                return cause;
        }
    }

    private void checkWritable() throws IOException {
        streams.checkOpen();
        if (shutdown) {
            throw new SocketException("Socket output is shutdown");
        }
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.RegisteredSlice;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.raw.AdapterFacts;
import io.github.iocp4j.pipe.NamedPipe;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An {@link InputStream} and an {@link OutputStream} over one device: a pipe, a child process's pipe, a socket, a
 * serial port.
 *
 * <pre>{@code
 * ChildPipe pipe = ChildPipe.builder(Streams.port(), PipeDirection.INBOUND).open();
 * // Start the child with pipe.childHandle(), then pipe.closeChildEnd().
 * try (Streams streams = Streams.of(pipe.parentEnd())) {
 *     streams.input().transferTo(System.out);
 * }
 * }</pre>
 *
 * <p>One thread may read while another one writes. {@link #close} may be called by any thread, and promptly ends a read
 * and a write that wait. An interrupt ends the wait with an {@link InterruptedIOException}; the thread is still
 * interrupted afterwards, and the stream can still be used: a read has consumed nothing, and a write continues, as
 * {@link InterruptedIOException#bytesTransferred} counts. A thread that waits is parked; a virtual thread does not pin
 * its carrier.
 *
 * <p>A read returns what has arrived, at most 64 KiB. On a message-mode pipe, a message without content is the end of
 * the data, and each write of up to 64 KiB is one message. A write returns when the device's buffer or the peer has
 * received everything; {@code flush} has nothing to do. When the peer has gone, a read returns -1, and a write throws
 * an {@link IOException} with the message "Pipe closed".
 *
 * <p>While the streams are open, start no other operations on the device, and attach nothing to it.
 */
public final class Streams implements Closeable {
    /**
     * How long a close waits for the kernel, so that the peer sees the end, and a name is free, when the close returns.
     * The kernel needs much less, unless all workers of the program's own port are busy.
     */
    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private static final long READ = 1;
    private static final long WRITE = 2;

    private final StreamDevice device;
    private final boolean endsWithEmptyMessage;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Transfer reading = new Transfer();
    private final Transfer writing = new Transfer();
    private final Input input = new Input();
    private final Output output = new Output();
    private final String closedMessage;
    /** Closes the socket that the streams belong to, or the streams. */
    private final Closeable owner;
    private volatile int readTimeout;
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    /** Used with the lock of {@link #reading} only. */
    private boolean atEnd;

    private Streams(final StreamDevice device, final Closeable owner, final String closedMessage) {
        this.device = device;
        this.owner = owner == null ? this : owner;
        this.closedMessage = closedMessage;
        endsWithEmptyMessage = device instanceof NamedPipe && AdapterFacts.keepsMessages((NamedPipe) device);
    }

    /**
     * The streams of a device, which must belong to {@link #port()} or to a port with a {@link #listener()}.
     *
     * @param device an open device without an attachment and without operations in flight; closing the streams closes
     *     it
     * @return the streams
     * @throws IllegalArgumentException when the completions of the device's port do not go to streams
     * @throws IllegalStateException when the device has an attachment, as when it has streams already
     */
    public static Streams of(final StreamDevice device) {
        return of(device, null, "Stream closed");
    }

    /** The streams of a socket, which close the socket. */
    static Streams ofSocket(final NamedPipe pipe, final PipeSocket socket) {
        return of(pipe, socket, "Socket closed");
    }

    private static Streams of(final StreamDevice device, final Closeable owner, final String closedMessage) {
        checkPort(device.port());
        if (device.attachment() != null) {
            throw new IllegalStateException(device + " has an attachment, perhaps because it has streams already:"
                    + " streams attach themselves to their device");
        }
        final Streams streams = new Streams(device, owner, closedMessage);
        device.attach(streams);
        return streams;
    }

    /**
     * The port that this module opens for the process when it is first needed. Its workers are daemon threads. Do not
     * close it: that would close the devices of all its users. If it was closed, the next call opens another one.
     *
     * @return an open port, for devices that {@link #of} takes
     * @throws Win32Exception when Windows refuses a port
     */
    public static CompletionPort port() throws Win32Exception {
        return SharedPort.get();
    }

    /**
     * The listener of a port that a program opens for streams and sockets: {@code
     * CompletionPort.builder(Streams.listener()).workers(2).open()}.
     *
     * @return a listener that is only for streams and sockets of this package
     */
    public static CompletionListener listener() {
        return listener(completion -> { });
    }

    /**
     * The listener of a port that has other devices, too.
     *
     * @param others receives the completions that do not belong to streams or sockets of this package
     * @return a listener that hands each completion to its stream or socket, or to the other listener
     */
    public static CompletionListener listener(final CompletionListener others) {
        return new StreamListener(Objects.requireNonNull(others, "others"));
    }

    /** Throws if the completions of the port do not go to streams. */
    static CompletionPort checkPort(final CompletionPort port) {
        if (!(AdapterFacts.listener(port) instanceof StreamListener)) {
            throw new IllegalArgumentException("The completions of " + port + " do not go to this module: use"
                    + " Streams.port(), or a port that is built with Streams.listener()");
        }
        return port;
    }

    /**
     * Reads from the device.
     *
     * @return the same stream each time; closing it closes the device
     */
    public InputStream input() {
        return input;
    }

    /**
     * Writes to the device.
     *
     * @return the same stream each time; closing it closes the device
     */
    public OutputStream output() {
        return output;
    }

    /**
     * Closes the device. A read or write that waits ends with an {@link IOException}. The call does not wait until what
     * was written has been read; it waits until the handle is closed, at most for a second. Closing twice is harmless.
     */
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            reading.wake();
            writing.wake();
            device.close(CLOSE_TIMEOUT);
            reading.freeUnlessLocked();
            writing.freeUnlessLocked();
        }
    }

    @Override
    public String toString() {
        return "Streams[" + device + ']';
    }

    /** Takes a completion, on a worker. */
    void completed(final Completion completion) {
        (completion.opcode() == Opcode.READ ? reading : writing).completed(completion);
    }

    boolean isClosed() {
        return closed.get();
    }

    boolean isStopped(final Transfer direction) {
        return closed.get() || (inputShutdown && direction == reading);
    }

    void readTimeout(final int milliseconds) {
        readTimeout = milliseconds;
    }

    NamedPipe pipe() {
        return (NamedPipe) device;
    }

    /** From now on reads return the end. */
    void shutdownInput() {
        inputShutdown = true;
        reading.wake();
    }

    boolean isInputShutdown() {
        return inputShutdown;
    }

    /** Ends the data to the peer, on a message-mode pipe only. */
    void shutdownOutput() throws IOException {
        writing.lock();
        try {
            checkWritable();
            finishWrite(0);
            writing.begin();
            try {
                writing.started(pipe().closeWrite(WRITE));
            } catch (final UnsupportedOperationException refusal) {
                writing.refused();
                throw new SocketException("Cannot shut down the output of " + device
                        + ": only duplex pipes in message mode have a half close");
            } catch (final IllegalStateException refusal) {
                writing.refused();
                throw refused(refusal);
            }
            outputShutdown = true;
            finishWrite(0);
        } finally {
            writing.unlock(this);
        }
    }

    boolean isOutputShutdown() {
        return outputShutdown;
    }

    private int read(final byte[] target, final int offset, final int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        reading.lock();
        try {
            checkOpen();
            if (inputShutdown || !hasData() && !fill(length)) {
                checkOpen();
                return -1;
            }
            final ByteBuffer data = reading.buffer();
            final int count = Math.min(length, data.remaining());
            data.get(target, offset, count);
            return count;
        } finally {
            reading.unlock(this);
        }
    }

    private int available() throws IOException {
        checkOpen();
        // Another thread reads, and takes what is available.
        if (!reading.tryLock()) {
            return 0;
        }
        try {
            if (inputShutdown || atEnd) {
                return 0;
            }
            if (hasData()) {
                return reading.buffer().remaining();
            }
            return reading.isIdle() && device instanceof NamedPipe ? peek() : 0;
        } finally {
            reading.unlock(this);
        }
    }

    private int peek() {
        try {
            return pipe().peek().bytesAvailable();
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
            if (reading.isIdle()) {
                startRead(wanted);
            }
            if (!reading.await(this, readTimeout)) {
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
                    throw status == Win32Error.HANDLES_CLOSED ? closedException()
                            : new Win32Exception("ReadFile on " + device, status);
                }
            }
        }
        return false;
    }

    private void startRead(final int wanted) throws IOException {
        try {
            final RegisteredSlice slice = reading.slice(wanted);
            reading.begin();
            reading.started(device.readInto(slice, READ));
        } catch (final IllegalStateException | UnsupportedOperationException refusal) {
            reading.refused();
            reading.discard();
            throw refused(refusal);
        }
    }

    private void write(final byte[] source, final int offset, final int length) throws IOException {
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
            writing.unlock(this);
        }
    }

    private void fillAndStartWrite(final byte[] source, final int offset, final int length) throws IOException {
        try {
            writing.slice(length).buffer().put(source, offset, length).flip();
        } catch (final IllegalStateException refusal) {
            throw refused(refusal);
        }
        startWrite();
    }

    /** Starts to write what the buffer has. */
    private void startWrite() throws IOException {
        try {
            writing.begin();
            writing.started(device.writeFrom(writing.sliceInUse(), WRITE));
        } catch (final IllegalStateException | UnsupportedOperationException refusal) {
            writing.refused();
            writing.discard();
            throw refused(refusal);
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
            if (!writing.await(this, 0)) {
                throw closedException();
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
                return closedException();
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
        checkOpen();
        if (outputShutdown) {
            throw new SocketException("Socket output is shutdown");
        }
    }

    private void checkOpen() throws IOException {
        if (closed.get()) {
            throw closedException();
        }
    }

    private IOException closedException() {
        return new SocketException(closedMessage);
    }

    /** The exception for an operation that has not started. */
    private IOException refused(final RuntimeException refusal) {
        if (closed.get() || !device.isOpen() && !(refusal instanceof OperationLimitException)) {
            return closedException();
        }
        return new IOException(refusal.getMessage(), refusal);
    }

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            final byte[] one = new byte[1];
            return Streams.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(final byte[] target, final int offset, final int length) throws IOException {
            return Streams.this.read(target, offset, length);
        }

        @Override
        public int available() throws IOException {
            return Streams.this.available();
        }

        @Override
        public void close() throws IOException {
            owner.close();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(final int value) throws IOException {
            Streams.this.write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(final byte[] source, final int offset, final int length) throws IOException {
            Streams.this.write(source, offset, length);
        }

        @Override
        public void close() throws IOException {
            owner.close();
        }
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.raw.AdapterFacts;
import io.github.iocp4j.pipe.NamedPipe;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketException;
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
 * {@link InterruptedIOException#bytesTransferred} counts. A thread that waits is parked, so that a virtual thread does
 * not pin its carrier; a platform thread that reads a pipe waits in the kernel, so that the data needs no other thread.
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

    private final StreamDevice device;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final StreamInput input;
    private final StreamOutput output;
    private final String closedMessage;
    /** Closes the socket that the streams belong to, or the streams. */
    private final Closeable owner;

    private Streams(final StreamDevice device, final Closeable owner, final String closedMessage) {
        this.device = device;
        this.owner = owner == null ? this : owner;
        this.closedMessage = closedMessage;
        input = new StreamInput(this, device);
        output = new StreamOutput(this, device);
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
            input.wake();
            output.wake();
            device.close(CLOSE_TIMEOUT);
            input.free();
            output.free();
        }
    }

    @Override
    public String toString() {
        return "Streams[" + device + ']';
    }

    /** Takes a completion, on a worker. */
    void completed(final Completion completion) {
        if (completion.opcode() == Opcode.READ) {
            input.completed(completion);
        } else {
            output.completed(completion);
        }
    }

    boolean isClosed() {
        return closed.get();
    }

    boolean isStopped(final Transfer direction) {
        return closed.get() || input.isStopped(direction);
    }

    /** The streams of a socket close the socket. */
    void closeOwner() throws IOException {
        owner.close();
    }

    StreamInput socketInput() {
        return input;
    }

    StreamOutput socketOutput() {
        return output;
    }

    NamedPipe pipe() {
        return (NamedPipe) device;
    }

    void checkOpen() throws IOException {
        if (closed.get()) {
            throw closedException();
        }
    }

    IOException closedException() {
        return new SocketException(closedMessage);
    }

    /** The exception for an operation that has not started. */
    IOException refused(final RuntimeException refusal) {
        if (closed.get() || !device.isOpen() && !(refusal instanceof OperationLimitException)) {
            return closedException();
        }
        return new IOException(refusal.getMessage(), refusal);
    }
}

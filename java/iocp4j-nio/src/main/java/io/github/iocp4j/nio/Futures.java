package io.github.iocp4j.nio;

import io.github.iocp4j.Device;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.FileRange;
import io.github.iocp4j.file.LockMode;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.socket.SocketClient;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Operations of devices as {@link CompletableFuture}s, for programs that want neither a listener nor a thread for each
 * connection.
 *
 * <pre>{@code
 *     static CompletableFuture<String> ask(final String pipeName, final String question) throws IOException {
 *         final ByteBuffer request = ByteBuffer.allocateDirect(4_096).put(question.getBytes(UTF_8)).flip();
 *         final ByteBuffer answer = ByteBuffer.allocateDirect(65_536);
 *         return Futures.connect(NamedPipeClient.builder(Streams.port(), pipeName))
 *                 .thenCompose(pipe -> Futures.write(pipe, request)
 *                         .thenCompose(written -> Futures.read(pipe, answer, Duration.ofSeconds(10)))
 *                         .whenComplete((read, failure) -> pipe.close()))
 *                 .thenApply(read -> UTF_8.decode(answer.flip()).toString());
 *     }
 * }</pre>
 *
 * <p>The devices belong to {@link Streams#port()}, or to a port that is built with {@link Streams#listener()}. Any
 * number of operations may be in flight. Nothing is attached to a device. Do not use one that {@link Streams} uses.
 *
 * <p><b>The buffer</b> is direct, and belongs to the kernel until the future is done, as {@link StreamDevice} says.
 * Then its position has moved by the bytes that were transferred: {@code buffer.flip()} shows what a read has read.
 *
 * <p><b>Done means that the operation has ended.</b> {@link CompletableFuture#cancel cancel} cancels the operation
 * ({@code CancelIoEx}), and so do {@code complete}, {@code completeExceptionally}, {@code orTimeout} and
 * {@code completeOnTimeout}: the future is done as they say, but only when the kernel no longer uses the buffer, which
 * is usually some microseconds later. Until then {@code isDone} is false; {@code join} waits for it. If a read or write
 * ends at that moment, the future gets its result instead, because the bytes have left the device. A connect, accept or
 * lock that ends at that moment is undone. These methods do it on the futures that this class returns, and not on those
 * that depend on them, such as the result of {@code thenApply}. {@code completeAsync} and the {@code obtrude} methods
 * throw {@link UnsupportedOperationException}.
 *
 * <p><b>Failures.</b> The methods throw what is misuse: a buffer that is not direct, a read-only target, a device of
 * another port. All other failures complete the future:
 *
 * <ul>
 * <li>{@link java.util.concurrent.TimeoutException} at the deadline. A deadline is from the call, more than zero, and
 * accurate to about 20 milliseconds
 * <li>{@link java.util.concurrent.CancellationException} after {@code cancel}, and after {@link Device#cancelAll}
 * <li>{@link java.nio.channels.AsynchronousCloseException} when the device is closed during the operation,
 * {@link java.nio.channels.ClosedChannelException} when it, or the port of a connect, was closed before
 * <li>{@link io.github.iocp4j.OperationLimitException} at the port's ceiling of operations in flight
 * <li>{@link io.github.iocp4j.Win32Exception} for all others
 * </ul>
 *
 * <p><b>Threads.</b> Futures are completed on daemon threads of this module, and never on the port's workers. There
 * are as many threads as there are dependent actions that run at once, so one that blocks or throws affects no other
 * connection, and one may wait for another. If the device {@linkplain Device#completeInline completes inline}, the
 * methods may return a future that is done.
 */
public final class Futures {
    private Futures() {
    }

    /**
     * Reads into the buffer, from its position to its limit ({@code ReadFile}, on a socket {@code WSARecv}). Without a
     * remaining byte in the buffer it waits for data, as {@link StreamDevice#read(ByteBuffer, long)} says. A message
     * that is longer than the buffer fills it, and the next read continues the message.
     *
     * @param device the device
     * @param buffer a direct buffer
     * @return the number of bytes; -1 at the end of the data
     * @throws IllegalArgumentException when the buffer is not direct, or the completions of the device's port do not go
     *     to this module
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws UnsupportedOperationException when the device is write-only
     */
    public static CompletableFuture<Integer> read(final StreamDevice device, final ByteBuffer buffer) {
        return transfer(device, buffer).start(token -> device.read(buffer, token));
    }

    /**
     * Reads as {@link #read(StreamDevice, ByteBuffer)} does, with a deadline.
     *
     * @param device the device
     * @param buffer a direct buffer
     * @param timeout from now, more than zero
     * @return the number of bytes; -1 at the end of the data
     */
    public static CompletableFuture<Integer> read(
            final StreamDevice device, final ByteBuffer buffer, final Duration timeout) {
        return transfer(device, buffer).start(token -> device.read(buffer, timeout, token));
    }

    /**
     * Writes the buffer, from its position to its limit ({@code WriteFile}, on a socket {@code WSASend}). All bytes are
     * written, except by a serial port with a timeout.
     *
     * @param device the device
     * @param buffer a direct buffer, which may be read-only
     * @return the number of bytes
     * @throws IllegalArgumentException when the buffer is not direct, or the completions of the device's port do not go
     *     to this module
     * @throws UnsupportedOperationException when the device is read-only
     */
    public static CompletableFuture<Integer> write(final StreamDevice device, final ByteBuffer buffer) {
        return transfer(device, buffer).start(token -> device.write(buffer, token));
    }

    /**
     * Writes as {@link #write(StreamDevice, ByteBuffer)} does, with a deadline. After the deadline, a part of the bytes
     * may be written.
     *
     * @param device the device
     * @param buffer a direct buffer, which may be read-only
     * @param timeout from now, more than zero
     * @return the number of bytes
     */
    public static CompletableFuture<Integer> write(
            final StreamDevice device, final ByteBuffer buffer, final Duration timeout) {
        return transfer(device, buffer).start(token -> device.write(buffer, timeout, token));
    }

    /**
     * Writes a message and reads the answer ({@code TransactNamedPipe}); see
     * {@link NamedPipe#transact(ByteBuffer, ByteBuffer, long)}. An answer that is longer than the buffer fills it, and
     * the next read continues the answer.
     *
     * @param pipe a duplex pipe in message mode
     * @param request the message, from position to limit of a direct buffer; its position does not move
     * @param answer receives the answer, from position to limit of another direct buffer
     * @return the number of bytes of the answer; -1 at the end of the data
     * @throws IllegalArgumentException when a buffer is not direct, or the completions of the pipe's port do not go to
     *     this module
     * @throws java.nio.ReadOnlyBufferException when {@code answer} is read-only
     */
    public static CompletableFuture<Integer> transact(
            final NamedPipe pipe, final ByteBuffer request, final ByteBuffer answer) {
        return transfer(pipe, answer).start(token -> pipe.transact(request, answer, token));
    }

    /**
     * Does a transaction as {@link #transact(NamedPipe, ByteBuffer, ByteBuffer)} does, with a deadline. The request may
     * have been written nevertheless.
     *
     * @param pipe a duplex pipe in message mode
     * @param request the message, from position to limit of a direct buffer; its position does not move
     * @param answer receives the answer, from position to limit of another direct buffer
     * @param timeout from now, more than zero
     * @return the number of bytes of the answer; -1 at the end of the data
     */
    public static CompletableFuture<Integer> transact(
            final NamedPipe pipe, final ByteBuffer request, final ByteBuffer answer, final Duration timeout) {
        return transfer(pipe, answer).start(token -> pipe.transact(request, answer, timeout, token));
    }

    /**
     * Reads from a position of a file ({@code ReadFile}).
     *
     * @param file the file
     * @param buffer a direct buffer
     * @param position where in the file to begin, from 0
     * @return the number of bytes; -1 when the position is at the end of the file or after it
     * @throws IllegalArgumentException when the buffer is not direct, the position is negative, or the completions of
     *     the file's port do not go to this module
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws UnsupportedOperationException when the file is not open for reading
     */
    public static CompletableFuture<Integer> read(
            final OverlappedFile file, final ByteBuffer buffer, final long position) {
        return transfer(file, buffer).start(token -> file.read(buffer, FilePosition.at(position), token));
    }

    /**
     * Reads as {@link #read(OverlappedFile, ByteBuffer, long)} does, with a deadline.
     *
     * @param file the file
     * @param buffer a direct buffer
     * @param position where in the file to begin, from 0
     * @param timeout from now, more than zero
     * @return the number of bytes; -1 when the position is at the end of the file or after it
     */
    public static CompletableFuture<Integer> read(
            final OverlappedFile file, final ByteBuffer buffer, final long position, final Duration timeout) {
        return transfer(file, buffer).start(token -> file.read(buffer, FilePosition.at(position), timeout, token));
    }

    /**
     * Writes to a position of a file ({@code WriteFile}).
     *
     * @param file the file
     * @param buffer a direct buffer, which may be read-only
     * @param position where in the file to begin, from 0
     * @return the number of bytes
     * @throws IllegalArgumentException when the buffer is not direct, the position is negative, or the completions of
     *     the file's port do not go to this module
     * @throws UnsupportedOperationException when the file is not open for writing
     */
    public static CompletableFuture<Integer> write(
            final OverlappedFile file, final ByteBuffer buffer, final long position) {
        return transfer(file, buffer).start(token -> file.write(buffer, FilePosition.at(position), token));
    }

    /**
     * Writes as {@link #write(OverlappedFile, ByteBuffer, long)} does, with a deadline.
     *
     * @param file the file
     * @param buffer a direct buffer, which may be read-only
     * @param position where in the file to begin, from 0
     * @param timeout from now, more than zero
     * @return the number of bytes
     */
    public static CompletableFuture<Integer> write(
            final OverlappedFile file, final ByteBuffer buffer, final long position, final Duration timeout) {
        return transfer(file, buffer).start(token -> file.write(buffer, FilePosition.at(position), timeout, token));
    }

    /**
     * Locks a range of a file ({@code LockFileEx}). The future is done when the lock is granted;
     * {@link OverlappedFile#unlock} releases it.
     *
     * @param file the file
     * @param range what to lock
     * @param mode the access that the lock denies to other handles
     * @return null, when the range is locked
     * @throws IllegalArgumentException when the completions of the file's port do not go to this module
     */
    public static CompletableFuture<Void> lock(
            final OverlappedFile file, final FileRange range, final LockMode mode) {
        return lockOf(file, range).start(token -> file.lock(range, mode, token));
    }

    /**
     * Locks a range as {@link #lock(OverlappedFile, FileRange, LockMode)} does, with a deadline.
     *
     * @param file the file
     * @param range what to lock
     * @param mode the access that the lock denies to other handles
     * @param timeout from now, more than zero
     * @return null, when the range is locked
     */
    public static CompletableFuture<Void> lock(
            final OverlappedFile file, final FileRange range, final LockMode mode, final Duration timeout) {
        return lockOf(file, range).start(token -> file.lock(range, mode, timeout, token));
    }

    /**
     * Connects to a pipe ({@code CreateFileW}), without a thread that waits. The
     * {@linkplain NamedPipeClient.Builder#timeout timeout} of the builder is the deadline. {@code cancel} of the future
     * ends the wait.
     *
     * @param settings a builder on {@link Streams#port()}, or on a port with a {@link Streams#listener()}
     * @return the connection. When the future fails, there is nothing to close
     * @throws IllegalArgumentException when the completions of the builder's port do not go to this module; its
     *     listener then gets the completion of the connect, and the connection is closed
     */
    public static CompletableFuture<NamedPipe> connect(final NamedPipeClient.Builder settings) {
        Objects.requireNonNull(settings, "settings");
        return FutureConnection.connect(NamedPipe.class, settings::connect);
    }

    /**
     * Connects to a TCP port or a Unix-domain socket ({@code ConnectEx}). The
     * {@linkplain SocketClient.Builder#timeout timeout} of the builder is the deadline. {@code cancel} of the future
     * ends the attempt.
     *
     * @param settings a builder on {@link Streams#port()}, or on a port with a {@link Streams#listener()}
     * @return the connection. When the future fails, there is nothing to close
     * @throws IllegalArgumentException when the completions of the builder's port do not go to this module; its
     *     listener then gets the completion of the connect, and the connection is closed
     */
    public static CompletableFuture<StreamSocket> connect(final SocketClient.Builder settings) {
        Objects.requireNonNull(settings, "settings");
        return FutureConnection.connect(StreamSocket.class, settings::connect);
    }

    /**
     * Accepts one client of a pipe ({@code ConnectNamedPipe}).
     *
     * @param server a server that accepts on demand ({@link NamedPipeServer.Builder#listening listening(0)}) and makes
     *     no detached connections
     * @return the connection, which belongs to the server's port
     * @throws IllegalArgumentException when the completions of the server's port do not go to this module
     * @throws UnsupportedOperationException when the server does not accept on demand
     */
    public static CompletableFuture<NamedPipe> accept(final NamedPipeServer server) {
        return FutureConnection.accept(NamedPipe.class, checked(server)).start(server::accept);
    }

    /**
     * Accepts one client of a pipe as {@link #accept(NamedPipeServer)} does, with a deadline.
     *
     * @param server a server that accepts on demand
     * @param timeout from now, more than zero
     * @return the connection
     */
    public static CompletableFuture<NamedPipe> accept(final NamedPipeServer server, final Duration timeout) {
        return FutureConnection.accept(NamedPipe.class, checked(server))
                .start(token -> server.accept(timeout, token));
    }

    /**
     * Accepts one client of a TCP port or Unix-domain socket ({@code AcceptEx}).
     *
     * @param server a server that accepts on demand ({@link SocketServer.Builder#listening listening(0)}) and makes no
     *     detached connections
     * @return the connection, which belongs to the server's port
     * @throws IllegalArgumentException when the completions of the server's port do not go to this module
     * @throws UnsupportedOperationException when the server does not accept on demand
     */
    public static CompletableFuture<StreamSocket> accept(final SocketServer server) {
        return FutureConnection.accept(StreamSocket.class, checked(server)).start(server::accept);
    }

    /**
     * Accepts one client as {@link #accept(SocketServer)} does, with a deadline.
     *
     * @param server a server that accepts on demand
     * @param timeout from now, more than zero
     * @return the connection
     */
    public static CompletableFuture<StreamSocket> accept(final SocketServer server, final Duration timeout) {
        return FutureConnection.accept(StreamSocket.class, checked(server))
                .start(token -> server.accept(timeout, token));
    }

    private static FutureTransfer transfer(final Device device, final ByteBuffer buffer) {
        return new FutureTransfer(checked(device), Objects.requireNonNull(buffer, "buffer"));
    }

    private static FutureLock lockOf(final OverlappedFile file, final FileRange range) {
        checked(file);
        return new FutureLock(file, range);
    }

    /** Throws if the completions of the device do not come to this module. */
    private static Device checked(final Device device) {
        Streams.checkPort(device.port());
        return device;
    }
}

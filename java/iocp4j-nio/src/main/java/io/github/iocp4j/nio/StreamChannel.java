package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.StreamDevice;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.WritePendingException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/** A channel over a device of a group's port: what sockets and pipes have in common. */
abstract class StreamChannel extends AsynchronousSocketChannel {
    /** The token of a write that belongs to no operation of the channel. */
    static final long END_OF_OUTPUT = 1;

    private static final LongFunction<Integer> AS_INTEGER = count -> (int) count;
    private static final LongFunction<Long> AS_LONG = count -> count;

    private final Direction reading = new Direction("Reading", false, ReadPendingException::new);
    private final Direction writing = new Direction("Writing", true, WritePendingException::new);
    private final ChannelConnection connection;

    StreamChannel(final AsynchronousChannelProvider provider, final ChannelGroup group) {
        super(provider);
        connection = new ChannelConnection(this, group);
    }

    /** Starts one native operation on the next part of the buffers; the timeout may be null. */
    abstract long start(boolean write, TransferBuffers buffers, Duration timeout);

    /** Starts to connect, after the channel has reserved that; the remote address is what {@link #checked} returns. */
    abstract void connectTo(SocketAddress remote);

    /** Returns the address to connect to; throws if there can be no connection to it. */
    abstract SocketAddress checked(SocketAddress remote);

    /** What the channel does when it has just been connected. */
    abstract void prepare() throws IOException;

    /** The local address of a connected channel. */
    abstract SocketAddress localOfConnected(SocketAddress remote) throws IOException;

    /** Why the channel is not connected. */
    abstract IOException notConnected(int status, SocketAddress remote);

    /** Whether a read has met the end of the data. */
    abstract boolean isEnd(Completion completion);

    /** Ends the data to the peer. */
    abstract void endOutput() throws IOException;

    /** Ends the data from the peer. */
    abstract void endInput() throws IOException;

    /** Notes whether the last read has left a part of its message. */
    void messageContinues(final boolean continues) {
        // Streams have no messages.
    }

    final ChannelConnection connection() {
        return connection;
    }

    final ChannelGroup group() {
        return connection.group();
    }

    final StreamDevice device() {
        return connection.device();
    }

    /** After the cancel of its connect, the channel can only be closed. */
    final void connectCancelled() {
        reading.kill();
        writing.kill();
        device().cancelAll(Opcode.CONNECT);
    }

    /** Takes a completion, in a poll. */
    final void completed(final Completion completion) {
        if (completion.token() == END_OF_OUTPUT) {
            return;
        }
        final Opcode opcode = completion.opcode();
        final ChannelOperation<?> operation = opcode == Opcode.READ ? reading.current()
                : opcode == Opcode.WRITE ? writing.current() : connection.connecting();
        if (operation != null) {
            operation.completed(completion);
        }
    }

    @Override
    public final boolean isOpen() {
        return connection.isOpen();
    }

    /** Cancels the operations in flight, and closes the handle when they have completed. Does not wait. */
    @Override
    public final void close() {
        connection.close();
    }

    @Override
    public final SocketAddress getLocalAddress() throws IOException {
        return connection.local();
    }

    @Override
    public final SocketAddress getRemoteAddress() throws IOException {
        return connection.remote();
    }

    @Override
    public final <A> void connect(
            final SocketAddress remote, final A attachment, final CompletionHandler<Void, ? super A> handler) {
        connection.connect(remote, new HandlerResult<>(group(), handler, attachment));
    }

    @Override
    public final Future<Void> connect(final SocketAddress remote) {
        final FutureResult<Void> result = new FutureResult<>();
        connection.connect(remote, result);
        return result;
    }

    @Override
    public final AsynchronousSocketChannel shutdownInput() throws IOException {
        if (!checkConnected(reading).isShutdown()) {
            reading.shutdown();
            endInput();
        }
        return this;
    }

    @Override
    public final AsynchronousSocketChannel shutdownOutput() throws IOException {
        if (!checkConnected(writing).isShutdown()) {
            endOutput();
            writing.shutdown();
        }
        return this;
    }

    @Override
    public final <A> void read(
            final ByteBuffer target, final long timeout, final TimeUnit unit, final A attachment,
            final CompletionHandler<Integer, ? super A> handler) {
        final HandlerResult<Integer, A> result = new HandlerResult<>(group(), handler, attachment);
        transfer(reading, writable(target), null, millis(timeout, unit), AS_INTEGER, result);
    }

    @Override
    public final Future<Integer> read(final ByteBuffer target) {
        final FutureResult<Integer> result = new FutureResult<>();
        transfer(reading, writable(target), null, 0, AS_INTEGER, result);
        return result;
    }

    @Override
    public final <A> void read(
            final ByteBuffer[] targets, final int offset, final int length, final long timeout, final TimeUnit unit,
            final A attachment, final CompletionHandler<Long, ? super A> handler) {
        final HandlerResult<Long, A> result = new HandlerResult<>(group(), handler, attachment);
        final ByteBuffer[] part = part(targets, offset, length);
        for (final ByteBuffer target : part) {
            writable(target);
        }
        transfer(reading, null, part, millis(timeout, unit), AS_LONG, result);
    }

    @Override
    public final <A> void write(
            final ByteBuffer source, final long timeout, final TimeUnit unit, final A attachment,
            final CompletionHandler<Integer, ? super A> handler) {
        final HandlerResult<Integer, A> result = new HandlerResult<>(group(), handler, attachment);
        Objects.requireNonNull(source, "source");
        transfer(writing, source, null, millis(timeout, unit), AS_INTEGER, result);
    }

    @Override
    public final Future<Integer> write(final ByteBuffer source) {
        final FutureResult<Integer> result = new FutureResult<>();
        transfer(writing, Objects.requireNonNull(source, "source"), null, 0, AS_INTEGER, result);
        return result;
    }

    @Override
    public final <A> void write(
            final ByteBuffer[] sources, final int offset, final int length, final long timeout, final TimeUnit unit,
            final A attachment, final CompletionHandler<Long, ? super A> handler) {
        final HandlerResult<Long, A> result = new HandlerResult<>(group(), handler, attachment);
        transfer(writing, null, part(sources, offset, length), millis(timeout, unit), AS_LONG, result);
    }

    @Override
    public final String toString() {
        return connection.describe();
    }

    /** One of the two arguments for buffers is null. */
    private <V> void transfer(
            final Direction direction, final ByteBuffer one, final ByteBuffer[] many, final long timeoutMillis,
            final LongFunction<V> number, final Result<V> result) {
        if (!isOpen()) {
            result.fail(new ClosedChannelException());
            return;
        }
        if (!connection.isConnected()) {
            throw new NotYetConnectedException();
        }
        final ChannelTransfer<V> transfer = new ChannelTransfer<>(this, direction, timeoutMillis, number, result);
        direction.begin(transfer);
        transfer.start(one, many);
    }

    private Direction checkConnected(final Direction direction) throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        if (!connection.isConnected()) {
            throw new NotYetConnectedException();
        }
        return direction;
    }

    private static ByteBuffer writable(final ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("A read needs a buffer that can be written: this one is read-only");
        }
        return target;
    }

    /** A copy, because the caller may change the array. */
    private static ByteBuffer[] part(final ByteBuffer[] buffers, final int offset, final int length) {
        Objects.checkFromIndexSize(offset, length, buffers.length);
        final ByteBuffer[] part = Arrays.copyOfRange(buffers, offset, offset + length);
        // A buffer that is in the list several times, such as a separator, is transferred each time. Its position
        // moves once, and cannot show which of them are done.
        final Set<ByteBuffer> others = Collections.newSetFromMap(new IdentityHashMap<>(length));
        for (int i = 0; i < length; i++) {
            if (part[i] != null && !others.add(part[i])) {
                part[i] = part[i].duplicate();
            }
        }
        return part;
    }

    /** Returns 0 for no limit. */
    private static long millis(final long timeout, final TimeUnit unit) {
        return timeout <= 0 ? 0 : Math.max(1, unit.toMillis(timeout));
    }
}

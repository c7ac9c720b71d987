package io.github.iocp4j.netty;

import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.internal.raw.RawOperations;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.FileRegion;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A connection. It has at most one read and one write in flight.
 *
 * <p>A read that is in flight when the program stops reading stays in flight. What it gets waits for the next
 * {@code read()}. The buffers of a write in flight are retained, because Netty releases them when the channel is
 * closed or its output is shut down, but Windows uses them until the completion.
 */
abstract class AbstractIocpStreamChannel extends AbstractIocpChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int CONNECT = 2;
    private static final int WATCH = 3;

    private StreamDevice device;

    // Reading.
    /** The program wants data. */
    private boolean readPending;
    /** The pipeline gets data now, and the loop afterwards looks whether another read is wanted. */
    private boolean inReadLoop;
    /** No more data comes. */
    private boolean inputEnded;
    private ReadState readState = ReadState.IDLE;
    /** A read of 0 bytes is in flight, which notices the end of the connection while the program does not read. */
    private boolean watching;
    /** A read has begun since. It may have taken the data that has completed the watch, so that none is left. */
    private boolean watchIsStale;
    /** What the read in flight or the one that waits writes to; null when idle. */
    private ByteBuf readBuffer;
    private int heldBytes;
    /** Null if the read that waits has succeeded. */
    private IOException heldFailure;
    private boolean heldEnd;

    // Writing.
    /** A write is in flight, or its messages are being removed. */
    private boolean writing;
    private ByteBuf[] retained = new ByteBuf[1];
    private int retainedCount;
    /** What is being written of the region that is the current message. */
    private final RegionChunk chunk = new RegionChunk();
    private final Runnable flush = () -> iocpUnsafe().flushAgain();

    // Connecting.
    private ChannelPromise connectPromise;
    private Future<?> connectTimeout;
    private SocketAddress requestedRemote;

    AbstractIocpStreamChannel(final Channel parent) {
        super(parent);
    }

    @Override
    public final ChannelMetadata metadata() {
        return METADATA;
    }

    /** Starts a connect; checks the addresses. */
    abstract void startConnect(SocketAddress remote, SocketAddress local) throws Exception;

    /** A connect has succeeded; returns the local address. */
    abstract SocketAddress localOfConnected(SocketAddress remote) throws IOException;

    /** Whether a write takes several buffers. */
    abstract boolean isGathering();

    /** Whether a read of 0 bytes completes at the end of the input, and not before there is data. */
    abstract boolean canWatch();

    /** After a read of 0 bytes: whether the end of the input, and not data, has completed it. */
    abstract boolean isAtEnd();

    /** Whether the end of the input leaves the channel open. */
    abstract boolean allowsHalfClosure();

    /** Whether the program has shut the input down. */
    abstract boolean hasShutInputDown();

    /** The end of the input leaves the channel open: from now on it counts as shut down. */
    abstract void inputHasEnded();

    /** The write that was in flight has completed. */
    void written() {
    }

    /** Whether flushed messages must wait. */
    boolean holdsWrites() {
        return false;
    }

    @Override
    final StreamDevice device() {
        return device;
    }

    final void device(final StreamDevice made) {
        device = made;
    }

    @Override
    void closed() {
        chunk.release();
    }

    final boolean isWriting() {
        return writing;
    }

    /** The token of a connect, whose completion this class handles. */
    final long connectToken() {
        return registration().token(CONNECT);
    }

    @Override
    final void readingEnds() {
        readPending = false;
    }

    @Override
    protected final AbstractUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    @Override
    void closeBegins() {
        final ChannelPromise promise = connectPromise;
        connectPromise = null;
        if (promise != null) {
            promise.tryFailure(new ClosedChannelException());
        }
        cancelConnectTimeout();
        readPending = false;
        if (readState == ReadState.HELD) {
            releaseReadBuffer();
        }
    }

    @Override
    final void completed(final CompletionEvent event) {
        switch (event.kind()) {
            case READ:
                readCompleted(event);
                break;
            case WRITE:
                writeCompleted(event);
                break;
            case WATCH:
                watchCompleted(event);
                break;
            default:
                connectCompleted(event);
                break;
        }
    }

    // Reading.

    @Override
    protected final void doBeginRead() throws IOException {
        if (readPending || inputEnded || !canStart()) {
            return;
        }
        readPending = true;
        if (!inReadLoop && isActive()) {
            readOrDeliver();
        }
    }

    /** Something was asked for outside of the read loop: starts a read, or lets the loop deliver what waits. */
    private void readOrDeliver() throws IOException {
        if (readState == ReadState.IDLE) {
            startRead();
        }
        if (readState == ReadState.HELD) {
            // Later, because the caller may be a handler that does not expect its own channelRead now.
            eventLoop().execute(this::deliverHeld);
        }
    }

    /** Afterwards the read is in flight, or its data waits. */
    private void startRead() throws IOException {
        final RecvByteBufAllocator.ExtendedHandle allocation = iocpUnsafe().recvBufAllocHandle();
        final long token = registration().token(READ);
        watchIsStale = true;
        try {
            readBuffer = allocation.allocate(alloc());
            if (!readBuffer.isDirect()) {
                readBuffer = replaced(readBuffer);
            }
            final ByteBuf direct = readBuffer;
            final int length = direct.writableBytes();
            allocation.attemptedBytesRead(length);
            final long started = registration().started(direct.hasMemoryAddress()
                    ? RawOperations.read(device, direct.memoryAddress() + direct.writerIndex(), length,
                            RawOperations.NO_TIMEOUT, token)
                    : device.read(direct.nioBuffer(direct.writerIndex(), length), token));
            if (InlineCompletion.is(started)) {
                hold(InlineCompletion.bytes(started), null, false);
            } else {
                readState = ReadState.IN_FLIGHT;
            }
        } catch (final IllegalStateException | OutOfMemoryError refused) {
            releaseReadBuffer();
            throw new IOException(refused.getMessage(), refused);
        }
    }

    private ByteBuf replaced(final ByteBuf heap) {
        final int length = heap.writableBytes();
        heap.release();
        return alloc().directBuffer(length);
    }

    private void hold(final int bytes, final IOException failure, final boolean end) {
        readState = ReadState.HELD;
        heldBytes = bytes;
        heldFailure = failure;
        heldEnd = end;
    }

    private void readCompleted(final CompletionEvent event) {
        if (isClosing() || event.isAborted()) {
            releaseReadBuffer();
            return;
        }
        hold(event.bytes(), event.isSuccess() || event.isEnd() ? null : Failures.ofTransfer(event.error()),
                event.isEnd());
        deliverHeld();
    }

    /** Passes what waits to the pipeline if the program wants it, and then what comes at once. */
    private void deliverHeld() {
        if (readState != ReadState.HELD || !readPending || inReadLoop || isClosing()) {
            return;
        }
        final RecvByteBufAllocator.ExtendedHandle allocation = iocpUnsafe().recvBufAllocHandle();
        allocation.reset(config());
        boolean ended = false;
        IOException failure = null;
        inReadLoop = true;
        try {
            do {
                failure = heldFailure;
                ended = heldEnd;
                if (failure != null || ended) {
                    releaseReadBuffer();
                    allocation.lastBytesRead(-1);
                    break;
                }
                deliverOne(allocation);
                if (!canStart() || inputEnded || !allocation.continueReading()) {
                    break;
                }
                try {
                    startRead();
                } catch (final IOException refused) {
                    failure = refused;
                }
            } while (readState == ReadState.HELD);
            if (failure != null || ended) {
                readPending = false;
            }
            allocation.readComplete();
            pipeline().fireChannelReadComplete();
        } finally {
            inReadLoop = false;
        }
        if (failure != null) {
            pipeline().fireExceptionCaught(failure);
        }
        if (failure != null || ended) {
            endInput();
        } else {
            goOnReading();
        }
    }

    private void deliverOne(final RecvByteBufAllocator.ExtendedHandle allocation) {
        final ByteBuf buffer = readBuffer;
        readBuffer = null;
        readState = ReadState.IDLE;
        readPending = false;
        buffer.writerIndex(buffer.writerIndex() + heldBytes);
        allocation.lastBytesRead(heldBytes);
        allocation.incMessagesRead(1);
        if (buffer.isReadable()) {
            pipeline().fireChannelRead(buffer);
        } else {
            // A write of 0 bytes at the other end of a pipe.
            buffer.release();
        }
    }

    private void goOnReading() {
        if (!canStart() || inputEnded) {
            return;
        }
        try {
            if (readPending) {
                readOrDeliver();
            } else {
                watch();
            }
        } catch (final IOException refused) {
            readPending = false;
            pipeline().fireExceptionCaught(refused);
            endInput();
        }
    }

    /** Watches for the end of the connection, unless the program is about to read anyway. */
    private void watch() throws IOException {
        if (watching || readState != ReadState.IDLE || config().isAutoRead() || !canWatch()) {
            return;
        }
        watchIsStale = false;
        try {
            watching = !InlineCompletion.is(registration().started(
                    RawOperations.read(device, 0, 0, RawOperations.NO_TIMEOUT, registration().token(WATCH))));
        } catch (final IllegalStateException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
    }

    private void watchCompleted(final CompletionEvent event) {
        watching = false;
        // A read that has begun meanwhile finds the end itself.
        if (isClosing() || event.isAborted() || readState != ReadState.IDLE) {
            return;
        }
        if (watchIsStale) {
            goOnReading();
        } else if (!event.isSuccess()) {
            pipeline().fireExceptionCaught(Failures.ofTransfer(event.error()));
            endInput();
        } else if (isAtEnd()) {
            endInput();
        }
    }

    private void endInput() {
        if (inputEnded || isClosing()) {
            return;
        }
        if (!hasShutInputDown()) {
            if (!allowsHalfClosure()) {
                iocpUnsafe().close(voidPromise());
                return;
            }
            inputHasEnded();
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        if (!inputEnded) {
            inputEnded = true;
            pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
    }

    private void releaseReadBuffer() {
        readState = ReadState.IDLE;
        heldFailure = null;
        if (readBuffer != null) {
            readBuffer.release();
            readBuffer = null;
        }
    }

    // Writing.

    @Override
    protected final Object filterOutboundMessage(final Object message) {
        if (message instanceof FileRegion) {
            return message;
        }
        if (!(message instanceof ByteBuf)) {
            throw new UnsupportedOperationException("This channel writes ByteBufs and FileRegions, but no "
                    + message.getClass().getName());
        }
        final ByteBuf buffer = (ByteBuf) message;
        if (buffer.isDirect() || !buffer.isReadable()) {
            return buffer;
        }
        final ByteBuf direct = alloc().directBuffer(buffer.readableBytes());
        direct.writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes());
        ReferenceCountUtil.safeRelease(buffer);
        return direct;
    }

    @Override
    protected final void doWrite(final ChannelOutboundBuffer outbound) throws Exception {
        int writes = config().getWriteSpinCount();
        while (!writing && canStart() && !holdsWrites() && outbound.current() != null) {
            if (writes-- == 0) {
                // Other channels first.
                eventLoop().execute(flush);
                return;
            }
            write(outbound);
        }
    }

    private void write(final ChannelOutboundBuffer outbound) throws Exception {
        final Gather gather = registration().handler().gather().begin(!isGathering());
        try {
            if (outbound.current() instanceof FileRegion) {
                final FileRegion region = (FileRegion) outbound.current();
                if (chunk.isEmpty() && region.transferred() >= region.count()) {
                    outbound.remove();
                    return;
                }
                gather.processMessage(chunk.next(region, alloc()));
            } else {
                outbound.forEachFlushedMessage(gather);
                if (gather.isEmpty()) {
                    outbound.removeBytes(0);
                    return;
                }
            }
            final long started = registration().started(gather.write(device, registration().token(WRITE)));
            if (!InlineCompletion.is(started)) {
                writing = true;
                retain(gather);
                return;
            }
            gather.clear();
            remove(outbound, InlineCompletion.bytes(started));
        } catch (final IllegalStateException refused) {
            throw new IOException(refused.getMessage(), refused);
        } finally {
            gather.clear();
        }
    }

    /** Windows has taken so many bytes of the current messages. */
    private void remove(final ChannelOutboundBuffer outbound, final int bytes) {
        if (chunk.isEmpty()) {
            outbound.removeBytes(bytes);
            return;
        }
        chunk.written(bytes);
        outbound.progress(bytes);
        final FileRegion region = (FileRegion) outbound.current();
        if (chunk.isEmpty() && region.transferred() >= region.count()) {
            outbound.remove();
        }
    }

    private void retain(final Gather gather) {
        if (retained.length < gather.messageCount()) {
            retained = new ByteBuf[gather.messageCount()];
        }
        for (; retainedCount < gather.messageCount(); retainedCount++) {
            retained[retainedCount] = gather.message(retainedCount).retain();
        }
    }

    private void writeCompleted(final CompletionEvent event) {
        final ChannelOutboundBuffer outbound = iocpUnsafe().outboundBuffer();
        // After closeForcibly, Netty may have removed the messages already.
        if (outbound != null && event.isSuccess() && isActive()) {
            remove(outbound, event.bytes());
        }
        while (retainedCount > 0) {
            retained[--retainedCount].release();
            retained[retainedCount] = null;
        }
        writing = false;
        written();
        if (isClosing()) {
            return;
        }
        if (!event.isSuccess()) {
            iocpUnsafe().writeFailed(Failures.ofTransfer(event.error()));
        } else {
            iocpUnsafe().flushAgain();
        }
    }

    // Connecting.

    private void connectCompleted(final CompletionEvent event) {
        if (isClosing()) {
            return;
        }
        final ChannelPromise promise = connectPromise;
        connectPromise = null;
        cancelConnectTimeout();
        if (promise == null) {
            return;
        }
        try {
            if (!event.isSuccess()) {
                throw Failures.ofConnect(event.error());
            }
            activate(localOfConnected(requestedRemote), requestedRemote);
        } catch (final IOException failure) {
            promise.tryFailure(iocpUnsafe().annotated(failure, requestedRemote));
            iocpUnsafe().close(voidPromise());
            return;
        }
        final boolean wanted = promise.trySuccess();
        pipeline().fireChannelActive();
        if (!wanted) {
            iocpUnsafe().close(voidPromise());
        } else {
            goOnReading();
        }
    }

    @Override
    void registered() {
        if (isActive()) {
            goOnReading();
        }
    }

    private void connectTimedOut() {
        final ChannelPromise promise = connectPromise;
        if (promise != null && promise.tryFailure(
                new ConnectTimeoutException("connection timed out: " + requestedRemote))) {
            iocpUnsafe().close(voidPromise());
        }
    }

    private void cancelConnectTimeout() {
        if (connectTimeout != null) {
            connectTimeout.cancel(false);
            connectTimeout = null;
        }
    }

    /** What became of the last read. */
    private enum ReadState {
        /** There is none. */
        IDLE,
        /** Its completion follows. */
        IN_FLIGHT,
        /** It has completed, and its result waits until the program wants it. */
        HELD
    }

    /** The side of a connection that its event loop calls. */
    final class StreamUnsafe extends IocpUnsafe {
        @Override
        public void connect(final SocketAddress remote, final SocketAddress local, final ChannelPromise promise) {
            if (promise.isDone() || !ensureOpen(promise)) {
                return;
            }
            try {
                if (!canStart()) {
                    throw new ClosedChannelException();
                }
                if (connectPromise != null) {
                    throw new ConnectionPendingException();
                }
                if (isActive()) {
                    throw new AlreadyConnectedException();
                }
                startConnect(remote, local);
            } catch (final Exception refused) {
                promise.tryFailure(annotateConnectException(refused, remote));
                closeIfClosed();
                return;
            }
            connectPromise = promise;
            requestedRemote = remote;
            final int timeout = config().getConnectTimeoutMillis();
            if (timeout > 0) {
                connectTimeout = eventLoop().schedule(
                        AbstractIocpStreamChannel.this::connectTimedOut, timeout, TimeUnit.MILLISECONDS);
            }
            promise.addListener(connected -> {
                if (connected.isCancelled()) {
                    close(voidPromise());
                }
            });
        }
    }
}

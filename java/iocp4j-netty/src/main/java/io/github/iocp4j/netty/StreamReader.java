package io.github.iocp4j.netty;

import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.internal.raw.RawOperations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * The input of a connection, which has at most one read in flight. {@link #begin} requests a read, {@code start} starts
 * it before the next poll of the loop, {@link #completed} gets its result unless it completes inline, and {@code
 * deliver} passes the data to the pipeline.
 *
 * <p>A read that is in flight when the program stops reading stays in flight, and its data is kept for the next {@code
 * read()}. While no read is in flight, a read of 0 bytes, the watch, completes when the connection ends. If the channel
 * waits without a buffer, the watch also waits for data, and the read starts when data has arrived.
 */
final class StreamReader implements Runnable {
    /** Longer messages end the connection, because a peer could otherwise have this process take any memory. */
    static final int MAX_MESSAGE = 1 << 26;
    /** If data comes after a longer time, the connection waits without a buffer for the next data. */
    private static final long BUSY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final AbstractIocpStreamChannel channel;
    /** The program has requested a read. */
    private boolean wanted;
    /** {@code deliver} is calling the pipeline. It starts the next read itself afterwards. */
    private boolean delivering;
    /** The loop calls {@link #run} before it polls. */
    private boolean scheduled;
    /** The input has ended. */
    private boolean ended;
    private State state = State.IDLE;
    /** The id of the read in flight. */
    private long reading;
    /** The buffer of the read in flight, or of the one whose result is held; null when idle. */
    private ByteBuf buffer;
    private int heldBytes;
    /** Null if the read whose result is held has succeeded. */
    private IOException heldFailure;
    private boolean heldEnd;
    /** The watch is in flight. */
    private boolean watching;
    /** The id of the watch in flight. */
    private long watch;
    /** A read has started after the watch. It may have read the data for which the watch completes. */
    private boolean watchIsStale;
    /** When data came, as {@link System#nanoTime}. */
    private long lastData = System.nanoTime() - BUSY_NANOS;
    /** The last data came soon after the data before it. */
    private boolean busy;

    StreamReader(final AbstractIocpStreamChannel channel) {
        this.channel = channel;
    }

    /** The program requests a read. */
    void begin() {
        if (wanted || ended || !channel.canStart()) {
            return;
        }
        wanted = true;
        if (!delivering && channel.isActive()) {
            schedule();
        }
    }

    /** The program does not want the read any more that it has requested. */
    void stop() {
        wanted = false;
    }

    /** The channel is being closed. The buffer of a read in flight is released by its completion. */
    void close() {
        wanted = false;
        dropHeld();
    }

    /** Cancels the read and the watch that are in flight. */
    void cancel() {
        if (state == State.IN_FLIGHT) {
            channel.device().cancel(reading);
        }
        if (watching) {
            channel.device().cancel(watch);
        }
    }

    /** Reads before the next poll if a read is requested, and starts the watch otherwise. */
    void goOn() {
        if (!channel.canStart() || ended) {
            return;
        }
        if (wanted) {
            schedule();
            return;
        }
        try {
            watch();
        } catch (final IOException refused) {
            refused(refused);
        }
    }

    /** The read in flight has completed. */
    void completed(final CompletionEvent event) {
        // The allocator, which is the program's, may have ended the input while the read was in flight.
        if (channel.isClosing() || ended || event.isAborted()) {
            releaseBuffer();
            return;
        }
        if (event.isPartOfMessage()) {
            continueMessage(event.bytes());
            deliver();
            return;
        }
        hold(event.bytes(), event.isSuccess() || event.isEnd() ? null : Failures.ofTransfer(event.error()),
                event.isEnd());
        if (!wanted && (heldEnd || heldFailure != null)) {
            endUnread();
        } else {
            deliver();
        }
    }

    /** The input has ended while no read is requested: reports that as after a watch. */
    private void endUnread() {
        final IOException failure = heldFailure;
        releaseBuffer();
        if (failure != null) {
            channel.pipeline().fireExceptionCaught(failure);
        }
        end();
    }

    /** The watch has completed. */
    void watchCompleted(final CompletionEvent event) {
        watching = false;
        // A read that has begun meanwhile finds the end itself.
        if (channel.isClosing() || event.isAborted() || state != State.IDLE) {
            return;
        }
        if (watchIsStale && event.isSuccess()) {
            goOn();
        } else if (wanted && (event.isEnd() || !event.isSuccess() && !event.isPartOfMessage())) {
            // As if it were the result of the read: a connection may report its failure only once.
            completed(event);
        } else if (event.isEnd()) {
            end();
        } else if (!event.isSuccess() && !event.isPartOfMessage()) {
            channel.pipeline().fireExceptionCaught(Failures.ofTransfer(event.error()));
            end();
        } else if (event.isSuccess() && channel.keepsMessages()) {
            holdEmptyMessage();
            deliver();
        } else if (wanted) {
            readWhatHasCome();
        } else if (!channel.mayHaveData()) {
            end();
        }
    }

    /** Not at once, because the caller may be a handler, which does not expect channelRead inside its call. */
    private void schedule() {
        if (!scheduled && state != State.IN_FLIGHT) {
            scheduled = true;
            channel.registration().handler().beforePoll(this);
        }
    }

    /** The turn of this channel before a poll. */
    @Override
    public void run() {
        scheduled = false;
        if (!wanted) {
            goOn();
            return;
        }
        if (!channel.canStart() || ended) {
            return;
        }
        try {
            final boolean waits = waitsWithoutBuffer();
            if (state == State.IDLE && waits) {
                startWatch();
            }
            if (state == State.IDLE && !(waits && watching)) {
                start();
            }
        } catch (final IOException | RuntimeException | OutOfMemoryError refused) {
            refused(refused);
        }
        deliver();
    }

    /** The watch has completed because data has arrived, and a read is requested. */
    private void readWhatHasCome() {
        try {
            start();
        } catch (final IOException | RuntimeException | OutOfMemoryError refused) {
            refused(refused);
        }
        deliver();
    }

    private void refused(final Throwable cause) {
        wanted = false;
        channel.pipeline().fireExceptionCaught(cause);
        end();
    }

    /**
     * Starts a read. Afterwards it is in flight, or has completed inline and its data is held.
     *
     * @throws IOException when the operation is refused
     * @throws RuntimeException that of an allocator, which is the program's
     */
    private void start() throws IOException {
        watchIsStale = true;
        try {
            final RecvByteBufAllocator.ExtendedHandle allocation = channel.iocpUnsafe().recvBufAllocHandle();
            buffer = direct(allocation.allocate(channel.alloc()));
            allocation.attemptedBytesRead(buffer.writableBytes());
            readInto(buffer, buffer.writableBytes());
        } catch (final IOException | RuntimeException | OutOfMemoryError refused) {
            releaseBuffer();
            throw refused;
        }
    }

    private void readInto(final ByteBuf target, final int length) throws IOException {
        final StreamDevice device = channel.device();
        final long token = channel.registration().token(AbstractIocpStreamChannel.READ);
        final long started;
        try {
            started = channel.registration().started(target.hasMemoryAddress()
                    ? RawOperations.read(device, target.memoryAddress() + target.writerIndex(), length,
                            RawOperations.NO_TIMEOUT, token)
                    : device.read(target.internalNioBuffer(target.writerIndex(), length), token));
        } catch (final IllegalStateException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
        if (InlineCompletion.is(started)) {
            channel.registration().handler().completedInline();
            hold(InlineCompletion.bytes(started), null, false);
        } else {
            state = State.IN_FLIGHT;
            reading = started;
        }
    }

    /** Reads the rest of the message. Afterwards that read is in flight, or its result is held. */
    private void continueMessage(final int got) {
        buffer.writerIndex(buffer.writerIndex() + got);
        try {
            final int rest = channel.restOfMessage();
            if (rest > MAX_MESSAGE - buffer.readableBytes()) {
                throw new IOException("A message is longer than " + MAX_MESSAGE + " bytes");
            }
            buffer.ensureWritable(rest);
            readInto(buffer, rest);
        } catch (final IOException refused) {
            hold(0, refused, false);
        } catch (final RuntimeException | OutOfMemoryError refused) {
            hold(0, new IOException(refused.getMessage(), refused), false);
        }
    }

    private ByteBuf direct(final ByteBuf allocated) {
        if (allocated.isDirect()) {
            return allocated;
        }
        final int length = allocated.writableBytes();
        allocated.release();
        return channel.alloc().directBuffer(length);
    }

    /** A read of 0 bytes has succeeded: it leaves all messages in the pipe but an empty one, which it gets. */
    private void holdEmptyMessage() {
        buffer = Unpooled.EMPTY_BUFFER;
        hold(0, null, false);
    }

    private void hold(final int bytes, final IOException failure, final boolean end) {
        state = State.HELD;
        heldBytes = bytes;
        heldFailure = failure;
        heldEnd = end;
    }

    /** If a read is requested: delivers the held result, and those of further reads as long as they complete inline. */
    private void deliver() {
        if (state != State.HELD || !wanted || delivering || channel.isClosing()) {
            return;
        }
        final long now = System.nanoTime();
        busy = now - lastData < BUSY_NANOS;
        lastData = now;
        boolean atEnd = false;
        Throwable failure = null;
        delivering = true;
        try {
            try {
                final RecvByteBufAllocator.ExtendedHandle allocation = channel.iocpUnsafe().recvBufAllocHandle();
                allocation.reset(channel.config());
                do {
                    failure = heldFailure;
                    atEnd = heldEnd;
                    if (failure != null || atEnd) {
                        releaseBuffer();
                        allocation.lastBytesRead(-1);
                        break;
                    }
                    deliverOne(allocation);
                    if (!goesOnReading(allocation)) {
                        break;
                    }
                    start();
                } while (state == State.HELD);
                allocation.readComplete();
            } catch (final IOException | RuntimeException | OutOfMemoryError thrown) {
                // The allocator, which is the program's, may have thrown it. Nothing would read any more.
                dropHeld();
                failure = thrown;
            }
            if (failure != null || atEnd) {
                wanted = false;
            }
            channel.pipeline().fireChannelReadComplete();
        } finally {
            delivering = false;
        }
        if (failure != null) {
            channel.pipeline().fireExceptionCaught(failure);
        }
        if (failure != null || atEnd) {
            end();
        } else {
            goOn();
        }
    }

    /**
     * Whether the next read starts at once. Also on a seldom used connection: a read that has filled its buffer is
     * followed by another. Not if that would wait: a read that starts before the next poll completes inline more often.
     */
    private boolean goesOnReading(final RecvByteBufAllocator.ExtendedHandle allocation) {
        return channel.canStart() && !ended && allocation.continueReading() && !channel.waitsWithoutBuffer()
                && channel.mayHaveData();
    }

    private void deliverOne(final RecvByteBufAllocator.ExtendedHandle allocation) {
        final ByteBuf data = buffer;
        data.writerIndex(data.writerIndex() + heldBytes);
        allocation.lastBytesRead(data.readableBytes());
        allocation.incMessagesRead(1);
        buffer = null;
        state = State.IDLE;
        wanted = false;
        if (channel.keepsMessages()) {
            channel.pipeline().fireChannelRead(new NamedPipeMessage(data));
        } else if (data.isReadable()) {
            channel.pipeline().fireChannelRead(data);
        } else {
            // A write of 0 bytes at the other end of a pipe.
            data.release();
        }
    }

    /** A connection that is seldom used does so by itself. Not where a read of 0 bytes may end before there is data. */
    private boolean waitsWithoutBuffer() {
        return channel.waitsWithoutBuffer() || !busy && channel.canWatch();
    }

    /** Watches for the end of the connection, unless the program is about to read anyway. */
    private void watch() throws IOException {
        if (state == State.IDLE && !channel.config().isAutoRead() && channel.canWatch()) {
            startWatch();
            if (!watching && !channel.mayHaveData()) {
                // The end had come before the watch.
                end();
            }
        }
    }

    /** Starts the watch. Afterwards it is in flight, or it has completed inline and may have got an empty message. */
    private void startWatch() throws IOException {
        if (watching) {
            return;
        }
        watchIsStale = false;
        try {
            watch = channel.registration().started(
                    RawOperations.read(channel.device(), 0, 0, RawOperations.NO_TIMEOUT,
                            channel.registration().token(AbstractIocpStreamChannel.WATCH)));
            watching = !InlineCompletion.is(watch);
            if (!watching && channel.keepsMessages()) {
                holdEmptyMessage();
            }
        } catch (final IllegalStateException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
    }

    /** The input has ended: closes the channel, or with half closure marks the input as shut down. */
    private void end() {
        if (ended || channel.isClosing()) {
            return;
        }
        if (!channel.hasShutInputDown()) {
            if (!channel.allowsHalfClosure()) {
                channel.iocpUnsafe().close(channel.voidPromise());
                return;
            }
            channel.inputHasEnded();
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        // The program may have closed the channel.
        if (!ended && !channel.isClosing()) {
            ended = true;
            // A handler may have requested a read meanwhile.
            wanted = false;
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
    }

    private void dropHeld() {
        if (state == State.HELD) {
            releaseBuffer();
        }
    }

    private void releaseBuffer() {
        state = State.IDLE;
        heldFailure = null;
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }

    /** The state of the last read. */
    private enum State {
        /** No read is in flight, and no result is held. */
        IDLE,
        /** Its completion follows. */
        IN_FLIGHT,
        /** It has completed, and its result is held until a read is requested. */
        HELD
    }
}

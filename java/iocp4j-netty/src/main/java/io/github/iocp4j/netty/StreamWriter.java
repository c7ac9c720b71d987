package io.github.iocp4j.netty;

import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.file.FileRange;
import io.github.iocp4j.internal.raw.RawOperations;
import io.github.iocp4j.socket.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * The output of a connection, which has at most one write in flight. The way of a write is {@link #write}, then
 * {@code start}, {@link #completed} unless it completes inline, and {@code remove}.
 *
 * <p>The buffers of a write in flight are retained, because Netty releases them when the channel is closed or its
 * output is shut down, but Windows uses them until the completion.
 */
final class StreamWriter implements Runnable {
    /** As the id of an operation: there was nothing to write. */
    private static final long NOTHING = 0;
    /** Windows takes less than 2 GiB at a time. With less, the promise of the region makes progress. */
    private static final int MAX_TRANSMISSION = 1 << 26;
    /** Of a channel whose writes have all completed inline. */
    private static final ByteBuf[] NONE = {};

    private final AbstractIocpStreamChannel channel;
    /** A write is in flight. */
    private boolean inFlight;
    private ByteBuf[] retained = NONE;
    private int retainedCount;
    /** The region of which a part is in flight. Windows has a handle of the file of its own; null for other writes. */
    private FileRegion transmitted;
    /** A copy of the part that is being written, if the current message is a region. */
    private final RegionChunk chunk = new RegionChunk();

    StreamWriter(final AbstractIocpStreamChannel channel) {
        this.channel = channel;
    }

    boolean isInFlight() {
        return inFlight;
    }

    /** Writes flushed messages until a write is in flight or none is left. */
    void write(final ChannelOutboundBuffer outbound) throws Exception {
        int writes = channel.config().getWriteSpinCount();
        while (!inFlight && channel.canStart() && !channel.holdsWrites() && outbound.current() != null) {
            if (writes-- == 0) {
                // Other channels first.
                channel.eventLoop().execute(this);
                return;
            }
            start(outbound);
        }
    }

    /** Goes on when other channels have had their turn. */
    @Override
    public void run() {
        channel.iocpUnsafe().flushAgain();
    }

    /** The write in flight has completed. */
    void completed(final CompletionEvent event) {
        final ChannelOutboundBuffer outbound = channel.iocpUnsafe().outboundBuffer();
        IOException failure = event.isSuccess() ? null : Failures.ofTransfer(event.error());
        // Before the promises complete: their listeners may expect that a written buffer is free.
        while (retainedCount > 0) {
            retained[--retainedCount].release();
            retained[retainedCount] = null;
        }
        try {
            // After closeForcibly, Netty may have removed the messages already.
            if (outbound != null && failure == null && channel.isActive()) {
                remove(outbound, event.bytes());
            }
        } catch (final IOException nothingSent) {
            failure = nothingSent;
        } finally {
            transmitted = null;
            inFlight = false;
        }
        channel.written();
        if (channel.isClosing()) {
            closed();
        }
        if (channel.failsWrites()) {
            return;
        }
        if (failure != null) {
            channel.iocpUnsafe().writeFailed(failure);
        } else {
            channel.iocpUnsafe().flushAgain();
        }
    }

    /** The channel is closed. The completion of a write in flight releases the buffers that Windows still uses. */
    void closed() {
        if (!inFlight) {
            chunk.release();
        }
    }

    private void start(final ChannelOutboundBuffer outbound) throws Exception {
        final Gather gather = channel.registration().handler().gather();
        try {
            final long started = startCurrent(outbound, gather);
            if (started == NOTHING) {
                return;
            }
            if (!InlineCompletion.is(channel.registration().started(started))) {
                inFlight = true;
                retain(gather);
                return;
            }
            gather.clear();
            remove(outbound, InlineCompletion.bytes(started));
            transmitted = null;
        } catch (final IllegalStateException refused) {
            throw new IOException(refused.getMessage(), refused);
        } finally {
            gather.clear();
        }
    }

    private long startCurrent(final ChannelOutboundBuffer outbound, final Gather gather) throws Exception {
        if (channel.keepsMessages()) {
            if (!(outbound.current() instanceof NamedPipeMessage)) {
                // Its promise was cancelled: Netty has put its empty buffer in the place of the message.
                outbound.remove();
                return NOTHING;
            }
            return startMessage((NamedPipeMessage) outbound.current(), gather);
        }
        return outbound.current() instanceof FileRegion
                ? startRegion(outbound, gather) : startBuffers(outbound, gather);
    }

    private long startMessage(final NamedPipeMessage message, final Gather gather) {
        if (message.content().isReadable()) {
            gather.beginWhole().processMessage(message.content());
            return gather.write(channel.device(), token());
        }
        return RawOperations.write(channel.device(), 0, 0, RawOperations.NO_TIMEOUT, token());
    }

    private long startBuffers(final ChannelOutboundBuffer outbound, final Gather gather) throws Exception {
        gather.begin(!channel.isGathering());
        outbound.forEachFlushedMessage(gather);
        if (gather.isEmpty()) {
            outbound.removeBytes(0);
            return NOTHING;
        }
        return gather.write(channel.device(), token());
    }

    private long startRegion(final ChannelOutboundBuffer outbound, final Gather gather) throws Exception {
        final FileRegion region = (FileRegion) outbound.current();
        if (chunk.isEmpty()) {
            if (region.transferred() >= region.count()) {
                outbound.remove();
                return NOTHING;
            }
            final FileChannel file = channel.transmitsFiles() ? RegionFile.open(region) : null;
            if (file != null) {
                try {
                    return startTransmission(region, file);
                } catch (final UnsupportedOperationException unknownHandle) {
                    // The file system is not that of Windows, or the file is not on a disk: the region is copied.
                    assert transmitted == null : unknownHandle;
                }
            }
        }
        gather.begin(true).processMessage(chunk.next(region, channel.alloc()));
        return gather.write(channel.device(), token());
    }

    private long startTransmission(final FileRegion region, final FileChannel file) throws IOException {
        final long position = region.position() + region.transferred();
        final long length = Math.min(region.count() - region.transferred(), MAX_TRANSMISSION);
        // If the file is shorter, TransmitFile sends less without an error.
        if (file.size() < region.position() + region.count()) {
            throw new IOException(region + " ends at " + (region.position() + region.count())
                    + ", but its file has only " + file.size() + " bytes");
        }
        final long started = ((StreamSocket) channel.device())
                .transmitOpenFile(file, FileRange.from(position).length(length), null, null, token());
        transmitted = region;
        return started;
    }

    private long token() {
        return channel.registration().token(AbstractIocpStreamChannel.WRITE);
    }

    private void retain(final Gather gather) {
        if (retained.length < gather.messageCount()) {
            retained = new ByteBuf[gather.messageCount()];
        }
        for (; retainedCount < gather.messageCount(); retainedCount++) {
            retained[retainedCount] = gather.message(retainedCount).retain();
        }
    }

    /** Windows has taken so many bytes of the current messages. */
    private void remove(final ChannelOutboundBuffer outbound, final int bytes) throws IOException {
        if (channel.keepsMessages()) {
            outbound.progress(bytes);
            outbound.remove();
            return;
        }
        if (transmitted != null) {
            if (bytes == 0) {
                throw new IOException("The file has become shorter than " + transmitted);
            }
            RegionFile.transferred(transmitted, bytes);
        } else if (!chunk.isEmpty()) {
            chunk.written(bytes);
        } else {
            outbound.removeBytes(bytes);
            return;
        }
        outbound.progress(bytes);
        final FileRegion region = (FileRegion) outbound.current();
        if (chunk.isEmpty() && region.transferred() >= region.count()) {
            outbound.remove();
        }
    }
}

package io.github.iocp4j.netty;

import io.github.iocp4j.InlineCompletion;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import java.io.IOException;

/**
 * The output of a connection, which has at most one write in flight. The way of a write is {@link #write}, then
 * {@code start}, {@link #completed} unless it completes inline, and {@code remove}.
 *
 * <p>The buffers of a write in flight are retained, because Netty releases them when the channel is closed or its
 * output is shut down, but Windows uses them until the completion.
 */
final class StreamWriter {
    private final AbstractIocpStreamChannel channel;
    /** A write is in flight. */
    private boolean inFlight;
    private ByteBuf[] retained = new ByteBuf[1];
    private int retainedCount;
    /** What is being written of the region that is the current message. */
    private final RegionChunk chunk = new RegionChunk();
    private final Runnable flush;

    StreamWriter(final AbstractIocpStreamChannel channel) {
        this.channel = channel;
        flush = () -> channel.iocpUnsafe().flushAgain();
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
                channel.eventLoop().execute(flush);
                return;
            }
            start(outbound);
        }
    }

    /** The write in flight has completed. */
    void completed(final CompletionEvent event) {
        final ChannelOutboundBuffer outbound = channel.iocpUnsafe().outboundBuffer();
        // After closeForcibly, Netty may have removed the messages already.
        if (outbound != null && event.isSuccess() && channel.isActive()) {
            remove(outbound, event.bytes());
        }
        while (retainedCount > 0) {
            retained[--retainedCount].release();
            retained[retainedCount] = null;
        }
        inFlight = false;
        channel.written();
        if (channel.isClosing()) {
            return;
        }
        if (!event.isSuccess()) {
            channel.iocpUnsafe().writeFailed(Failures.ofTransfer(event.error()));
        } else {
            channel.iocpUnsafe().flushAgain();
        }
    }

    /** The channel is closed, and no write is in flight. */
    void closed() {
        chunk.release();
    }

    private void start(final ChannelOutboundBuffer outbound) throws Exception {
        final Gather gather = channel.registration().handler().gather().begin(!channel.isGathering());
        try {
            if (outbound.current() instanceof FileRegion) {
                final FileRegion region = (FileRegion) outbound.current();
                if (chunk.isEmpty() && region.transferred() >= region.count()) {
                    outbound.remove();
                    return;
                }
                gather.processMessage(chunk.next(region, channel.alloc()));
            } else {
                outbound.forEachFlushedMessage(gather);
                if (gather.isEmpty()) {
                    outbound.removeBytes(0);
                    return;
                }
            }
            final long started = channel.registration().started(
                    gather.write(channel.device(), channel.registration().token(AbstractIocpStreamChannel.WRITE)));
            if (!InlineCompletion.is(started)) {
                inFlight = true;
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

    private void retain(final Gather gather) {
        if (retained.length < gather.messageCount()) {
            retained = new ByteBuf[gather.messageCount()];
        }
        for (; retainedCount < gather.messageCount(); retainedCount++) {
            retained[retainedCount] = gather.message(retainedCount).retain();
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
}

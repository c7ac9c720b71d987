package io.github.iocp4j.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** The part of a {@link FileRegion} that is being written: a copy, because a region only writes itself to a channel. */
final class RegionChunk implements WritableByteChannel {
    private static final int LENGTH = 1 << 16;

    /** Null if everything that was copied is written. */
    private ByteBuf buffer;

    /** Copies the next part of the region, unless there is a part that is not written yet. */
    ByteBuf next(final FileRegion region, final ByteBufAllocator allocator) throws IOException {
        if (buffer == null) {
            final int length = (int) Math.min(region.count() - region.transferred(), LENGTH);
            buffer = allocator.directBuffer(length, length);
            try {
                region.transferTo(this, region.transferred());
                if (!buffer.isReadable()) {
                    throw new IOException(region + " gives no data, although " + length + " bytes or more are left");
                }
            } catch (final IOException | RuntimeException failure) {
                release();
                throw failure;
            }
        }
        return buffer;
    }

    boolean isEmpty() {
        return buffer == null;
    }

    void written(final int bytes) {
        if (!buffer.skipBytes(bytes).isReadable()) {
            release();
        }
    }

    void release() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }

    @Override
    public int write(final ByteBuffer from) {
        final int length = Math.min(from.remaining(), buffer.writableBytes());
        final ByteBuffer part = from.duplicate();
        buffer.writeBytes(part.limit(part.position() + length));
        from.position(from.position() + length);
        return length;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        // Belongs to the channel, not to the region.
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.file.FileRange;
import io.github.iocp4j.file.LockMode;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;
import java.util.concurrent.atomic.AtomicBoolean;

/** A lock of a file channel, which waits for it or holds it. */
final class RangeLock extends FileLock {
    /** Since JDK 19, a size of 0 means all bytes from the position. */
    private static final boolean ZERO_IS_ALL = Runtime.version().feature() >= 19;

    private final OverlappedFileChannel channel;
    private final AtomicBoolean held = new AtomicBoolean();

    RangeLock(final OverlappedFileChannel channel, final long position, final long size, final boolean shared) {
        super(channel, position, size == 0 && ZERO_IS_ALL ? Long.MAX_VALUE - Math.max(position, 0) : size, shared);
        this.channel = channel;
    }

    FileRange range() {
        return FileRange.from(position()).length(size());
    }

    LockMode mode() {
        return isShared() ? LockMode.SHARED : LockMode.EXCLUSIVE;
    }

    /** Windows has granted the lock; returns false if the channel is closed. */
    boolean granted() {
        held.set(true);
        return channel.isOpen();
    }

    @Override
    public boolean isValid() {
        return held.get() && channel.isOpen();
    }

    @Override
    public void release() throws IOException {
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
        if (held.getAndSet(false)) {
            channel.unlock(this);
        }
    }
}

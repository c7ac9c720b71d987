package io.github.iocp4j.socket;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A channel of another provider, such as that of zip files, which has no handle. */
final class OtherChannel extends FileChannel {
    @Override
    public int read(final ByteBuffer target) {
        return 0;
    }

    @Override
    public long read(final ByteBuffer[] targets, final int offset, final int length) {
        return 0;
    }

    @Override
    public int read(final ByteBuffer target, final long position) {
        return 0;
    }

    @Override
    public int write(final ByteBuffer source) {
        return 0;
    }

    @Override
    public long write(final ByteBuffer[] sources, final int offset, final int length) {
        return 0;
    }

    @Override
    public int write(final ByteBuffer source, final long position) {
        return 0;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    public FileChannel position(final long newPosition) {
        return this;
    }

    @Override
    public long size() {
        return 0;
    }

    @Override
    public FileChannel truncate(final long size) {
        return this;
    }

    @Override
    public void force(final boolean metaData) {
        // There is nothing to write.
    }

    @Override
    public long transferTo(final long position, final long count, final WritableByteChannel target) {
        return 0;
    }

    @Override
    public long transferFrom(final ReadableByteChannel source, final long position, final long count) {
        return 0;
    }

    @Override
    public MappedByteBuffer map(final MapMode mode, final long position, final long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(final long position, final long size, final boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(final long position, final long size, final boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseChannel() {
        // There is nothing to close.
    }
}

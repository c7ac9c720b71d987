package io.github.iocp4j.tools.syelog;

import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** A file for a log, which only writes. */
abstract class WriteOnlyFile implements SeekableByteChannel {
    @Override
    public SeekableByteChannel truncate(final long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int read(final ByteBuffer into) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
        throw new UnsupportedOperationException();
    }

    @Override
    public SeekableByteChannel position(final long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        // Nothing to give back.
    }
}

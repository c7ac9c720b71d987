package io.github.iocp4j.file;

import io.github.iocp4j.Device;
import java.nio.ByteBuffer;

/** The transfers that an open file refuses: those that it is not open for, and those that are not aligned. */
final class FileLimits {
    private final Device file;
    private final int access;
    private final int alignment;

    /**
     * Describes an open file.
     *
     * @param file the file, for messages
     * @param access as CreateFileW takes it
     * @param alignment bytes; 1 if the file is not unbuffered
     */
    FileLimits(final Device file, final int access, final int alignment) {
        this.file = file;
        this.access = access;
        this.alignment = alignment;
    }

    void checkRead(final ByteBuffer buffer, final long position) {
        checkReadable();
        checkPlace(buffer, position);
    }

    void checkWrite(final ByteBuffer buffer, final long position) {
        checkWritable();
        checkPlace(buffer, position);
    }

    void checkAppend(final ByteBuffer buffer) {
        checkAppendable();
        FileRanges.checkAligned(alignment, buffer, 0);
    }

    void checkScatter(final FileSegments segments, final long position) {
        checkReadable();
        checkSegments(segments, position);
    }

    void checkGather(final FileSegments segments, final long position) {
        checkWritable();
        checkSegments(segments, position);
    }

    void checkResize() {
        if ((access & FileOptions.GENERIC_WRITE) == 0) {
            throw new UnsupportedOperationException(file + " is not open for writing, so that its size and attributes"
                    + " cannot be changed: open it with OverlappedFile.Builder.write(), too");
        }
    }

    void checkFlush() {
        checkAppendable();
    }

    void checkCompress() {
        checkReadable();
        checkResize();
    }

    private void checkReadable() {
        if ((access & FileOptions.GENERIC_READ) == 0) {
            throw new UnsupportedOperationException(
                    file + " is not open for reading: open it with OverlappedFile.Builder.read(), too");
        }
    }

    private void checkWritable() {
        checkAppendable();
        if ((access & FileOptions.GENERIC_WRITE) == 0) {
            throw new UnsupportedOperationException(
                    file + " is open for appending only, so that positions do not count: use append()");
        }
    }

    private void checkAppendable() {
        if ((access & (FileOptions.GENERIC_WRITE | FileOptions.FILE_APPEND_DATA)) == 0) {
            throw new UnsupportedOperationException(
                    file + " is open for reading only: open it with OverlappedFile.Builder.write() or append()");
        }
    }

    private void checkPlace(final ByteBuffer buffer, final long position) {
        FileRanges.check(position, buffer.remaining());
        FileRanges.checkAligned(alignment, buffer, position);
    }

    private void checkSegments(final FileSegments segments, final long position) {
        if (alignment == 1) {
            throw new UnsupportedOperationException(file + " is not unbuffered: Windows scatters and gathers only in"
                    + " files opened with OverlappedFile.Builder.unbuffered()");
        }
        FileRanges.check(position, segments.length());
        FileRanges.checkAligned(alignment, "position", position);
    }
}

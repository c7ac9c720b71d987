package io.github.iocp4j.file;

/**
 * A part of a file: {@code FileRange.from(100).length(50)}, or {@code FileRange.from(0)} for the whole file.
 */
public final class FileRange {
    private static final long TO_THE_END = -1;

    private final long position;
    private final long length;

    private FileRange(final long position, final long length) {
        this.position = position;
        this.length = length;
    }

    /**
     * The range from a position to the end of the file, even if the file is extended later.
     *
     * @param position the number of bytes before the range in the file, at least 0
     * @return the range
     * @throws IllegalArgumentException when the position is negative
     */
    public static FileRange from(final long position) {
        if (position < 0) {
            throw new IllegalArgumentException("The position is " + position + ", but cannot be negative");
        }
        return new FileRange(position, TO_THE_END);
    }

    /**
     * The range from the same position with a length.
     *
     * @param bytes the number of bytes, at least 0; an empty range can be locked, but not sent
     * @return the range
     * @throws IllegalArgumentException when the length is negative, or the range goes beyond 2^63 - 1
     */
    public FileRange length(final long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("The length is " + bytes + ", but cannot be negative");
        }
        FileRanges.check(position, bytes);
        return new FileRange(position, bytes);
    }

    /**
     * The beginning of the range.
     *
     * @return the number of bytes before it in the file
     */
    public long position() {
        return position;
    }

    /**
     * The length of the range.
     *
     * @return the number of bytes; without a length, all bytes up to the largest possible position
     */
    public long length() {
        return isToTheEnd() ? Long.MAX_VALUE - position : length;
    }

    @Override
    public String toString() {
        return "range from " + position + (isToTheEnd() ? " to the end" : ", " + length + " bytes");
    }

    /** Whether no length was given. */
    boolean isToTheEnd() {
        return length == TO_THE_END;
    }
}

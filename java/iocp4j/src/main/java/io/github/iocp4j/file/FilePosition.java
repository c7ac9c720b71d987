package io.github.iocp4j.file;

/**
 * The position in a file at which a read or write begins.
 *
 * <p>A starting method reads the position; after the call, the program may change it. One object can be used for any
 * number of operations, so that these allocate nothing. Only one thread at a time may use it.
 */
public final class FilePosition {
    private long bytes;

    private FilePosition(final long bytes) {
        this.bytes = check(bytes);
    }

    /**
     * Creates a position.
     *
     * @param bytes the number of bytes before it in the file, at least 0
     * @return a new object
     * @throws IllegalArgumentException when the number is negative
     */
    public static FilePosition at(final long bytes) {
        return new FilePosition(bytes);
    }

    /**
     * Sets the position. Operations in flight are not affected.
     *
     * @param newBytes the number of bytes before it in the file, at least 0
     * @return this
     * @throws IllegalArgumentException when the number is negative
     */
    public FilePosition moveTo(final long newBytes) {
        bytes = check(newBytes);
        return this;
    }

    /**
     * The position as a number.
     *
     * @return the number of bytes before it in the file
     */
    public long bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return "position " + bytes;
    }

    private static long check(final long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(
                    "The position is " + bytes + ", but cannot be negative; append() writes at the end of the file");
        }
        return bytes;
    }
}

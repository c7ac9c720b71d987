package io.github.iocp4j.file;

/**
 * The position in a file at which a read or write begins.
 *
 * <p>An operation reads the position when it starts; afterwards the program may change it. One object serves any number
 * of operations without allocation. Only one thread at a time may use it.
 */
public final class FilePosition {
    private long bytes;

    private FilePosition(final long bytes) {
        this.bytes = check(bytes);
    }

    /**
     * Creates a position.
     *
     * @param bytes how many bytes of the file lie before it, at least 0
     * @return a new object
     * @throws IllegalArgumentException when the number is negative
     */
    public static FilePosition at(final long bytes) {
        return new FilePosition(bytes);
    }

    /**
     * Sets the position. Operations that have been started are not affected.
     *
     * @param newBytes how many bytes of the file lie before it, at least 0
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
     * @return how many bytes of the file lie before it
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
                    "The position is " + bytes + ", but must be from 0; append() writes at the end of the file");
        }
        return bytes;
    }
}

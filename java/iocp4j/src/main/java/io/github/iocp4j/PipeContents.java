package io.github.iocp4j;

/**
 * What {@link NamedPipe#peek} has found in a pipe.
 *
 * <p>An object of two numbers that lives as long as the caller looks at it; the JIT compiler mostly does without it.
 */
public final class PipeContents {
    private final int bytesAvailable;
    private final int bytesLeftInMessage;

    PipeContents(final int bytesAvailable, final int bytesLeftInMessage) {
        this.bytesAvailable = bytesAvailable;
        this.bytesLeftInMessage = bytesLeftInMessage;
    }

    /**
     * The bytes that can be read at once, of all messages together.
     *
     * @return 0 when there is nothing to read
     */
    public int bytesAvailable() {
        return bytesAvailable;
    }

    /**
     * The length of the message that is read next, or of what is left of it after a read that ended with
     * {@link Win32Error#MORE_DATA}.
     *
     * @return 0 on a pipe of bytes, and where the next message is empty or has not come
     */
    public int bytesLeftInMessage() {
        return bytesLeftInMessage;
    }

    @Override
    public String toString() {
        return "PipeContents[" + bytesAvailable + " bytes, " + bytesLeftInMessage + " left in the message]";
    }
}

package io.github.iocp4j.pipe;

import io.github.iocp4j.Win32Error;

/**
 * The result of {@link NamedPipe#peek}.
 *
 * <p>It is a short-lived pair of numbers; the JIT compiler usually eliminates its allocation.
 */
public final class PipeContents {
    private final int bytesAvailable;
    private final int bytesLeftInMessage;

    PipeContents(final int bytesAvailable, final int bytesLeftInMessage) {
        this.bytesAvailable = bytesAvailable;
        this.bytesLeftInMessage = bytesLeftInMessage;
    }

    /**
     * The number of bytes that can be read, in all messages together.
     *
     * @return 0 when there is nothing to read
     */
    public int bytesAvailable() {
        return bytesAvailable;
    }

    /**
     * The length of the next message, or of its rest after a read that ended with {@link Win32Error#MORE_DATA}.
     *
     * @return 0 on a byte-mode pipe, and when the next message is empty or has not come
     */
    public int bytesLeftInMessage() {
        return bytesLeftInMessage;
    }

    @Override
    public String toString() {
        return "PipeContents[" + bytesAvailable + " bytes, " + bytesLeftInMessage + " left in the message]";
    }
}

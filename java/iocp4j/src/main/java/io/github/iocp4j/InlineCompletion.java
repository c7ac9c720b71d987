package io.github.iocp4j;

/**
 * Reads what the starting method of a transfer returned on a device that {@linkplain Device#completeInline completes
 * inline}: either the operation's id, so that a completion follows, or how many bytes have been moved already, so that
 * none does. Both kinds of number are positive. Makes no objects.
 *
 * <pre>{@code
 * long read = file.read(buffer, 0, buffer.limit(), position, token);
 * while (InlineCompletion.is(read)) {
 *     position += InlineCompletion.bytes(read);
 *     read = file.read(buffer, 0, buffer.limit(), position, token);
 * }
 * // The listener goes on from here.
 * }</pre>
 */
public final class InlineCompletion {
    private static final int MARK_BIT = 61;

    private InlineCompletion() {
    }

    /**
     * Whether the operation is over: it has succeeded, has moved at least one byte, and nothing follows.
     *
     * @param submitted what the starting method returned
     * @return false for an operation's id, whose completion follows
     */
    public static boolean is(final long submitted) {
        return submitted >>> MARK_BIT == 1;
    }

    /**
     * How much such an operation has moved.
     *
     * @param submitted what the starting method returned
     * @return the number of bytes, at least 1
     * @throws IllegalArgumentException when that is an operation's id, as {@link #is} tells
     */
    public static int bytes(final long submitted) {
        if (!is(submitted)) {
            throw new IllegalArgumentException("Not completed inline: " + submitted
                    + " names an operation whose completion follows. Ask InlineCompletion.is() first");
        }
        return (int) submitted;
    }
}

package io.github.iocp4j;

/**
 * Decodes the result of a starting method on a device that {@linkplain Device#completeInline completes inline}. A
 * positive number is the operation's id, and a completion follows. A negative number contains the number of bytes
 * transferred, which only {@link #bytes} reads, and no completion follows. The methods allocate nothing.
 *
 * <p>The methods check which of the two a number is: {@link #bytes} refuses an operation's id, and
 * {@link Device#cancel} and {@link Device#isPending} refuse an inline completion.
 *
 * <pre>{@code
 * long read = file.read(buffer, position, token);
 * while (InlineCompletion.is(read)) {
 *     position.moveTo(position.bytes() + InlineCompletion.bytes(read));
 *     read = file.read(buffer, position, token);
 * }
 * // The listener goes on from here.
 * }</pre>
 */
public final class InlineCompletion {
    // How native code marks one: inlineId() in native/engine/operation/Operations.h.
    private static final int NATIVE_MARK_BIT = 61;

    private InlineCompletion() {
    }

    /**
     * Whether the operation has completed inline: it has succeeded, and no completion follows. A read of the end of the
     * data never completes inline.
     *
     * @param started the result of the starting method
     * @return false for an operation's id, whose completion follows
     */
    public static boolean is(final long started) {
        return started < 0 && started >= Integer.MIN_VALUE;
    }

    /**
     * The number of bytes that the operation has transferred.
     *
     * @param started the result of the starting method
     * @return the number of bytes; 0 only for a read or write of 0 bytes
     * @throws IllegalArgumentException when {@link #is} is false for the number
     */
    public static int bytes(final long started) {
        if (!is(started)) {
            throw new IllegalArgumentException("Not completed inline: " + started
                    + " names an operation whose completion follows. Ask InlineCompletion.is() first");
        }
        return (int) ~started;
    }

    /** Converts a native result to the result of a starting method. */
    static long ofNative(final long answer) {
        return answer >>> NATIVE_MARK_BIT == 1 ? ~(answer & Integer.MAX_VALUE) : answer;
    }

    /** Returns the same number, unless it is an inline completion. */
    static long refuse(final long operation) {
        if (is(operation)) {
            throw new IllegalArgumentException("That operation has completed inline and moved " + ~operation
                    + " bytes: no operation is left to cancel or to ask about. Ask InlineCompletion.is() first");
        }
        return operation;
    }
}

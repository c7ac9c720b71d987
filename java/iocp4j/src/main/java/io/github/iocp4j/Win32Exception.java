package io.github.iocp4j;

import java.io.IOException;
import java.util.Objects;

/**
 * A Win32 call failed. The message tells which call, the code by name and number, and what Windows says about it.
 */
public final class Win32Exception extends IOException {
    private static final long serialVersionUID = 1L;

    /** A code of {@code winerror.h}; javadoc shows it among the serialized fields. */
    private final int code;

    /**
     * Makes an exception for a code of {@code GetLastError} or of a completion.
     *
     * @param call the call that failed and what it was about, as in {@code CreateFile \\.\pipe\syelog}
     * @param code the Win32 error code
     */
    public Win32Exception(final String call, final int code) {
        super(describe(Objects.requireNonNull(call, "call"), code));
        this.code = code;
    }

    /**
     * The Win32 error code.
     *
     * @return one of the constants in {@link Win32Error}, or another
     */
    public int code() {
        return code;
    }

    /**
     * The name of the code.
     *
     * @return {@link Win32Error#name} of {@link #code}
     */
    public String symbolicName() {
        return Win32Error.name(code);
    }

    private static String describe(final String call, final int code) {
        final String failure = call + " failed: " + Win32Error.name(code) + " (" + Integer.toUnsignedString(code) + ")";
        // Windows' own text, in the user's language, can be had only through the DLL.
        final String text = NativeLibrary.isLoaded() ? PortNative.errorMessage(code).strip() : "";
        return text.isEmpty() ? failure : failure + ": " + text;
    }
}

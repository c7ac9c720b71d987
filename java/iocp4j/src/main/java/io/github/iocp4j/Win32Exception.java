package io.github.iocp4j;

import io.github.iocp4j.internal.PortNative;
import io.github.iocp4j.internal.Printable;
import io.github.iocp4j.internal.loader.NativeLibrary;
import java.io.IOException;
import java.util.Objects;

/**
 * A Win32 call has failed. The message has the call, the name and number of the error code, and the text of Windows.
 */
public final class Win32Exception extends IOException {
    private static final long serialVersionUID = 1L;

    /** A code of {@code winerror.h}; javadoc shows it among the serialized fields. */
    private final int code;

    /**
     * Creates an exception for a code of {@code GetLastError} or of a completion.
     *
     * @param call the failed call and its object, for example {@code CreateFile \\.\pipe\syelog}
     * @param code the Win32 error code
     */
    public Win32Exception(final String call, final int code) {
        super(describe(Objects.requireNonNull(call, "call"), code));
        this.code = code;
    }

    /**
     * The Win32 error code.
     *
     * @return a constant of {@link Win32Error}, or another code of {@code winerror.h}
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
        final String failure = Printable.of(call) + " failed: " + Win32Error.name(code)
                + " (" + Integer.toUnsignedString(code) + ")";
        // Only the DLL can get Windows' text, which is in the user's language.
        final String text = NativeLibrary.isLoaded() ? PortNative.errorMessage(code).strip() : "";
        return text.isEmpty() ? failure : failure + ": " + text;
    }
}

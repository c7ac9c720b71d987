package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Mailslots in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class MailslotNative {
    static {
        NativeLibrary.bind(MailslotNative.class);
    }

    private MailslotNative() {
    }

    /** A negative number of milliseconds means no timeout. */
    public static native long openServer(long port, String name, int longestMessage, int milliseconds, String sddl);

    public static native long openClient(long port, String name);

    /** The number of messages in the lower 31 bits, the length of the next one in the upper ones. */
    public static native long contents(long device);
}

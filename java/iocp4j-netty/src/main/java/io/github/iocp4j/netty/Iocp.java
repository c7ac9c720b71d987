package io.github.iocp4j.netty;

import io.github.iocp4j.CompletionPort;
import io.netty.util.internal.SystemPropertyUtil;

/** Whether this transport works in this process. */
public final class Iocp {
    /** Null when a port can be opened. */
    private static final Throwable UNAVAILABLE = openPort();

    private Iocp() {
    }

    /**
     * Whether a completion port can be opened: the system is Windows x64, {@code iocp4j.dll} is found, and the JVM was
     * not started with {@code -Dio.netty.transport.noNative=true}, which disables Netty's other native transports, too.
     * The first call loads the DLL.
     *
     * @return false when {@link #unavailabilityCause} says why not
     */
    public static boolean isAvailable() {
        return UNAVAILABLE == null;
    }

    /**
     * Why this transport does not work.
     *
     * @return an {@link io.github.iocp4j.NativeLibraryError}, the exception of Windows or of a security manager, or an
     *     {@link UnsupportedOperationException} if it is disabled; null when it works
     */
    public static Throwable unavailabilityCause() {
        return UNAVAILABLE;
    }

    /**
     * Checks that this transport works.
     *
     * @throws UnsatisfiedLinkError when it does not, with {@link #unavailabilityCause} as its cause
     */
    public static void ensureAvailability() {
        if (UNAVAILABLE != null) {
            throw (Error) new UnsatisfiedLinkError("The transport on completion ports does not work here: "
                    + UNAVAILABLE.getMessage()).initCause(UNAVAILABLE);
        }
    }

    private static Throwable openPort() {
        if (SystemPropertyUtil.getBoolean("io.netty.transport.noNative", false)) {
            return new UnsupportedOperationException(
                    "Native transports are disabled with -Dio.netty.transport.noNative=true");
        }
        try {
            CompletionPort.builder(completion -> { }).name("netty").polled().open().close();
            return null;
        } catch (final Throwable failure) {
            // All of them: one that leaves the initialization of this class is lost to later callers.
            return failure;
        }
    }
}

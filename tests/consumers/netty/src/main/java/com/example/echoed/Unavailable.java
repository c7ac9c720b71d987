package com.example.echoed;

import io.github.iocp4j.NativeLibraryError;
import io.github.iocp4j.netty.Iocp;
import io.github.iocp4j.netty.IocpIoHandler;

/** Asks for the transport where there is none: a program for all systems can choose another one then. */
public final class Unavailable {
    private Unavailable() {}

    /**
     * Ends with an exception if the transport claims to work, or does not say why it does not.
     *
     * @param args none
     */
    public static void main(final String[] args) {
        final Throwable cause = Iocp.unavailabilityCause();
        if (Iocp.isAvailable() || !(cause instanceof NativeLibraryError)) {
            throw new IllegalStateException("The transport claims to work", cause);
        }
        try {
            IocpIoHandler.newFactory();
            throw new IllegalStateException("There is a factory");
        } catch (final UnsatisfiedLinkError unavailable) {
            if (unavailable.getCause() != cause) {
                throw unavailable;
            }
        }
        System.out.println("ok: " + cause.getMessage());
    }
}

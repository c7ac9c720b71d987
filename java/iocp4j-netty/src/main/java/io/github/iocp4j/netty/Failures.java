package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;

/** The exceptions that Netty's other transports throw, with that of Windows as the cause. */
final class Failures {
    private Failures() {
    }

    /** A connect has failed. */
    static IOException ofConnect(final Win32Exception failure) {
        switch (failure.code()) {
            case Win32Error.WSAEHOSTUNREACH:
            case Win32Error.WSAENETUNREACH:
                return caused(new NoRouteToHostException(failure.getMessage()), failure);
            case Win32Error.TIMEOUT:
                return caused(new ConnectTimeoutException(failure.getMessage()), failure);
            default:
                return caused(new ConnectException(failure.getMessage()), failure);
        }
    }

    /** A bind has failed. */
    static IOException ofBind(final Win32Exception failure) {
        switch (failure.code()) {
            case Win32Error.WSAEADDRINUSE:
            case Win32Error.WSAEACCES:
            case Win32Error.WSAEADDRNOTAVAIL:
            case Win32Error.ACCESS_DENIED:
                return caused(new BindException(failure.getMessage()), failure);
            default:
                return failure;
        }
    }

    /** Whether an accept has failed for want of a resource, and not because of its client. */
    static boolean isOfServer(final Win32Exception failure) {
        switch (failure.code()) {
            case Win32Error.WSAENOBUFS:
            case Win32Error.WSAEMFILE:
            case Win32Error.WSAENOTSOCK:
            case Win32Error.TOO_MANY_OPEN_FILES:
            case Win32Error.ACCESS_DENIED:
            case Win32Error.NOT_ENOUGH_MEMORY:
            case Win32Error.OUTOFMEMORY:
            case Win32Error.NO_SYSTEM_RESOURCES:
            case Win32Error.NONPAGED_SYSTEM_RESOURCES:
            case Win32Error.WORKING_SET_QUOTA:
            case Win32Error.COMMITMENT_LIMIT:
            case Win32Error.NOT_ENOUGH_QUOTA:
                return true;
            default:
                return false;
        }
    }

    /** A read or write has failed. */
    static IOException ofTransfer(final Win32Exception failure) {
        switch (failure.code()) {
            case Win32Error.WSAECONNRESET:
            case Win32Error.NETNAME_DELETED:
                return caused(new SocketException("Connection reset: " + failure.getMessage()), failure);
            case Win32Error.WSAECONNABORTED:
                return caused(new SocketException("Connection aborted: " + failure.getMessage()), failure);
            default:
                return failure;
        }
    }

    /** A send or receive of datagrams has failed. */
    static IOException ofDatagram(final Win32Exception failure) {
        switch (failure.code()) {
            case Win32Error.WSAECONNRESET:
            case Win32Error.WSAECONNREFUSED:
                return caused(new PortUnreachableException(failure.getMessage()), failure);
            case Win32Error.WSAEHOSTUNREACH:
            case Win32Error.WSAENETUNREACH:
                return caused(new NoRouteToHostException(failure.getMessage()), failure);
            default:
                return failure;
        }
    }

    private static IOException caused(final IOException exception, final Throwable cause) {
        exception.initCause(cause);
        return exception;
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.InterruptedByTimeoutException;
import java.security.Security;
import java.util.Arrays;

/** The exceptions of {@code java.nio.channels} and {@code java.net} for Win32 errors. */
final class ChannelFailures {
    /** As in the JDK: the addresses of a network are in messages only if its administrator wants that. */
    private static final boolean NAMES_HOSTS = namesHosts();

    private ChannelFailures() {
    }

    /** Why an operation of a channel has failed. */
    static IOException of(final int status, final String call, final Channel channel) {
        if (status == Win32Error.TIMEOUT) {
            return new InterruptedByTimeoutException();
        }
        if (status == Win32Error.HANDLES_CLOSED || !channel.isOpen()) {
            return new AsynchronousCloseException();
        }
        return new Win32Exception(call, status);
    }

    /** Why an operation was not started. */
    static IOException ofRefusal(final IllegalStateException refusal, final Channel channel) {
        return channel.isOpen() ? new IOException(refusal.getMessage(), refusal) : new AsynchronousCloseException();
    }

    /** Why an operation has failed although its data was transferred. */
    static IOException ofChangedBuffer(final RuntimeException cause) {
        return new IOException("The position or limit of the buffer was changed while the operation was in flight",
                cause);
    }

    /** Why a channel is not connected. */
    static IOException ofConnect(final int status, final String call, final SocketAddress remote) {
        return typed(new Win32Exception(call, status), NAMES_HOSTS ? ": " + remote : "");
    }

    /** A failure of a call at once, which may be that the device is closed. */
    static IOException ofCall(final Exception failure, final Channel channel) {
        if (failure instanceof Win32Exception) {
            return typed((Win32Exception) failure, "");
        }
        if (failure instanceof IOException) {
            return (IOException) failure;
        }
        return channel.isOpen() ? new IOException(failure.getMessage(), failure) : new ClosedChannelException();
    }

    private static IOException typed(final Win32Exception cause, final String where) {
        final SocketException failure;
        switch (cause.code()) {
            case Win32Error.WSAECONNREFUSED:
            case Win32Error.CONNECTION_REFUSED:
                failure = new ConnectException("Connection refused" + where);
                break;
            case Win32Error.WSAETIMEDOUT:
            case Win32Error.SEM_TIMEOUT:
                failure = new ConnectException("Connection timed out" + where);
                break;
            case Win32Error.WSAEHOSTUNREACH:
            case Win32Error.HOST_UNREACHABLE:
                failure = new NoRouteToHostException("No route to host" + where);
                break;
            case Win32Error.WSAEADDRINUSE:
            case Win32Error.WSAEACCES:
                failure = new BindException("Address already in use" + where);
                break;
            case Win32Error.WSAEADDRNOTAVAIL:
                failure = new BindException("Cannot assign requested address" + where);
                break;
            default:
                failure = new SocketException(Win32Error.name(cause.code()) + where);
                break;
        }
        failure.initCause(cause);
        return failure;
    }

    private static boolean namesHosts() {
        final String value = OwnPermissions.call(() -> {
            final String security = Security.getProperty("jdk.includeInExceptions");
            return System.getProperty("jdk.includeInExceptions", security == null ? "" : security);
        });
        return Arrays.stream(value.split(",")).anyMatch(item -> item.strip().equalsIgnoreCase("hostInfo"));
    }
}

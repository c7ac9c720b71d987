package io.github.iocp4j.nio;

import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.Set;

/**
 * The options of a TCP channel. {@code SO_REUSEADDR} is only remembered, as the JDK does on Windows: the option of
 * Winsock would let other programs take the address, and an address can be bound again at once without it.
 */
final class TcpOptions {
    private final Channel channel;
    private final Set<SocketOption<?>> supported;
    private volatile boolean reuseAddress;

    TcpOptions(final Channel channel, final Set<SocketOption<?>> supported) {
        this.channel = channel;
        this.supported = supported;
    }

    <T> void set(final SocketOption<T> name, final T value, final Setter socket) throws IOException {
        check(name);
        if (value == null) {
            throw new IllegalArgumentException("The value of " + name + " is null");
        }
        if (name.equals(StandardSocketOptions.SO_REUSEADDR)) {
            reuseAddress = (Boolean) value;
            return;
        }
        try {
            socket.set(name, value);
        } catch (final Win32Exception | IllegalStateException refused) {
            throw ChannelFailures.ofCall(refused, channel);
        }
    }

    <T> T get(final SocketOption<T> name, final Getter socket) throws IOException {
        check(name);
        if (name.equals(StandardSocketOptions.SO_REUSEADDR)) {
            return name.type().cast(reuseAddress);
        }
        try {
            return socket.get(name);
        } catch (final Win32Exception | IllegalStateException refused) {
            throw ChannelFailures.ofCall(refused, channel);
        }
    }

    private void check(final SocketOption<?> name) throws ClosedChannelException {
        Objects.requireNonNull(name, "name");
        if (!supported.contains(name)) {
            throw new UnsupportedOperationException("'" + name + "' is not an option of this channel");
        }
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
    }

    /** Sets an option of a socket. */
    interface Setter {
        <T> void set(SocketOption<T> name, T value) throws Win32Exception;
    }

    /** Reads an option of a socket. */
    interface Getter {
        <T> T get(SocketOption<T> name) throws Win32Exception;
    }
}

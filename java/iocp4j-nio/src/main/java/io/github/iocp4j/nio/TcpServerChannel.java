package io.github.iocp4j.nio;

import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.security.AccessControlContext;
import java.util.Set;

/** A server's channel over a TCP socket, whose options can be set before it is bound. */
final class TcpServerChannel extends ServerChannel {
    private static final Set<SocketOption<?>> OPTIONS =
            Set.of(StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_REUSEADDR);
    private static final int DEFAULT_BACKLOG = 50;

    private final TcpOptions options = new TcpOptions(this, OPTIONS);
    private final DetachedSocket<StreamSocket> socket;

    private TcpServerChannel(
            final AsynchronousChannelProvider provider, final ChannelGroup group,
            final DetachedSocket<StreamSocket> socket) {
        super(provider, group);
        this.socket = socket;
    }

    static TcpServerChannel open(final AsynchronousChannelProvider provider, final ChannelGroup group)
            throws IOException {
        final TcpServerChannel channel = new TcpServerChannel(provider, group, TcpAddresses.openSocket());
        channel.join();
        return channel;
    }

    @Override
    public <T> AsynchronousServerSocketChannel setOption(final SocketOption<T> name, final T value)
            throws IOException {
        final Device open = server();
        options.set(name, value, open == null ? socket::option : ((SocketServer) open)::option);
        return this;
    }

    @Override
    public <T> T getOption(final SocketOption<T> name) throws IOException {
        final Device open = server();
        return options.get(name, open == null ? socket::option : ((SocketServer) open)::option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return OPTIONS;
    }

    @Override
    Device open(final SocketAddress address, final int backlog) throws IOException {
        final InetSocketAddress local = TcpAddresses.local(address);
        CallerPermissions.checkListen(local);
        try {
            socket.bind(local);
        } catch (final Win32Exception | IllegalStateException refused) {
            throw ChannelFailures.ofCall(refused, this);
        }
        try {
            return SocketServer.from(group().port(), socket).listening(0)
                    .backlog(backlog < 1 ? DEFAULT_BACKLOG : backlog).open();
        } catch (final Win32Exception | IllegalStateException refused) {
            final IOException failure = ChannelFailures.ofCall(refused, this);
            // The socket is bound, or closed already, so that no other bind can succeed.
            close();
            throw failure;
        }
    }

    @Override
    SocketAddress localAddress(final Device open) {
        return ((SocketServer) open).localAddress();
    }

    @Override
    long accept(final Device open, final long with) {
        return ((SocketServer) open).accept(with);
    }

    @Override
    StreamChannel newChannel(final Device connection, final AccessControlContext caller) throws IOException {
        final StreamSocket accepted = (StreamSocket) connection;
        if (caller != null) {
            CallerPermissions.checkAccept((InetSocketAddress) accepted.remoteAddress(), caller);
        }
        return TcpChannel.accepted(provider(), group(), accepted);
    }

    @Override
    void closeUnbound() {
        socket.close();
    }
}

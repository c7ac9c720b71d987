package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.raw.AdapterFacts;
import io.github.iocp4j.socket.BufferList;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.StreamSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.time.Duration;
import java.util.Set;

/** A channel over a TCP socket. */
final class TcpChannel extends StreamChannel {
    private static final Set<SocketOption<?>> OPTIONS = Set.of(StandardSocketOptions.SO_SNDBUF,
            StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_KEEPALIVE, StandardSocketOptions.SO_REUSEADDR,
            StandardSocketOptions.TCP_NODELAY);

    private final TcpOptions options = new TcpOptions(this, OPTIONS);

    private TcpChannel(final AsynchronousChannelProvider provider, final ChannelGroup group) {
        super(provider, group);
    }

    static TcpChannel open(final AsynchronousChannelProvider provider, final ChannelGroup group) throws IOException {
        final TcpChannel channel = new TcpChannel(provider, group);
        group.add(channel);
        try (DetachedSocket<StreamSocket> socket = TcpAddresses.openSocket()) {
            channel.connection().adopt(socket.associate(group.port(), channel));
            return channel;
        } catch (final PortClosedException shutDownMeanwhile) {
            throw (ShutdownChannelGroupException) new ShutdownChannelGroupException().initCause(shutDownMeanwhile);
        } catch (final Win32Exception | RuntimeException refused) {
            channel.close();
            throw refused;
        }
    }

    /** The channel of a connection that a server has accepted. */
    static TcpChannel accepted(
            final AsynchronousChannelProvider provider, final ChannelGroup group, final StreamSocket socket)
            throws IOException {
        final SocketAddress peer = socket.remoteAddress();
        final TcpChannel channel = new TcpChannel(provider, group);
        group.add(channel);
        channel.connection().accepted(socket, peer);
        return channel;
    }

    @Override
    public AsynchronousSocketChannel bind(final SocketAddress local) throws IOException {
        connection().bind(() -> {
            final InetSocketAddress address = TcpAddresses.local(local);
            CallerPermissions.checkListen(address);
            try {
                socket().bind(address);
                return socket().localAddress();
            } catch (final Win32Exception | IllegalStateException refused) {
                throw ChannelFailures.ofCall(refused, this);
            }
        });
        return this;
    }

    @Override
    public <T> AsynchronousSocketChannel setOption(final SocketOption<T> name, final T value) throws IOException {
        options.set(name, value, socket()::option);
        return this;
    }

    @Override
    public <T> T getOption(final SocketOption<T> name) throws IOException {
        return options.get(name, socket()::option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return OPTIONS;
    }

    @Override
    long start(final boolean write, final TransferBuffers buffers, final Duration timeout) {
        final ByteBuffer one = buffers.prepare(true, false);
        final StreamDevice socket = device();
        if (one == null) {
            return startList(write, buffers.list(), timeout);
        }
        if (timeout == null) {
            return write ? socket.write(one, 0) : socket.read(one, 0);
        }
        return write ? socket.write(one, timeout, 0) : socket.read(one, timeout, 0);
    }

    private long startList(final boolean write, final BufferList list, final Duration timeout) {
        final StreamSocket socket = socket();
        if (timeout == null) {
            return write ? socket.writeFrom(list, 0) : socket.readInto(list, 0);
        }
        return write ? socket.writeFrom(list, timeout, 0) : socket.readInto(list, timeout, 0);
    }

    @Override
    void connectTo(final SocketAddress remote) {
        socket().connect(remote, 0);
    }

    @Override
    SocketAddress checked(final SocketAddress remote) {
        final InetSocketAddress address = TcpAddresses.remote(remote);
        CallerPermissions.checkConnect(address);
        return address;
    }

    @Override
    void prepare() {
        if (!AdapterFacts.inlineSavesTime()) {
            return;
        }
        try {
            socket().completeInline();
        } catch (final Win32Exception layered) {
            // A layered service provider without kernel handles: each operation has a completion.
        }
    }

    @Override
    SocketAddress localOfConnected(final SocketAddress remote) throws IOException {
        return socket().localAddress();
    }

    @Override
    IOException notConnected(final int status, final SocketAddress remote) {
        return ChannelFailures.ofConnect(status, "ConnectEx", remote);
    }

    @Override
    boolean isEnd(final Completion completion) {
        return completion.isEnd();
    }

    @Override
    void endOutput() throws IOException {
        try {
            socket().shutdownOutput();
        } catch (final Win32Exception | IllegalStateException refused) {
            throw ChannelFailures.ofCall(refused, this);
        }
    }

    @Override
    void endInput() throws IOException {
        try {
            socket().shutdownInput();
        } catch (final Win32Exception | IllegalStateException refused) {
            throw ChannelFailures.ofCall(refused, this);
        }
    }

    private StreamSocket socket() {
        return (StreamSocket) device();
    }
}

package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * A TCP server on a completion port: in place of {@link io.netty.channel.socket.nio.NioServerSocketChannel}. It serves
 * IPv4 and IPv6, unless it is bound to one address or the JVM was started with
 * {@code -Djava.net.preferIPv4Stack=true}.
 *
 * <p>Its connections are {@link IocpSocketChannel}s, which any event loop of this transport can register. A few
 * accepts ({@code AcceptEx}) are in flight while the program reads; other clients wait in the backlog.
 *
 * <p>No other program can bind the same address ({@code SO_EXCLUSIVEADDRUSE}). {@code SO_REUSEADDR} is only remembered,
 * as in the JDK, because on Windows it would allow that; a restarted server can bind its address without it.
 */
public final class IocpServerSocketChannel extends AbstractIocpServerChannel
        implements ServerSocketChannel {
    /** Windows takes so many clients before the loop acts. Others wait in the backlog. */
    private static final int ACCEPTS = 4;

    private final SocketHandle<StreamSocket> handle;
    private final IocpServerSocketChannelConfig config;
    private IocpIoHandler handler;
    private volatile SocketServer server;

    /**
     * Creates a channel that can be bound ({@code WSASocketW}).
     *
     * @throws ChannelException when Windows gives no socket
     */
    public IocpServerSocketChannel() {
        handle = SocketHandle.open(DetachedSocket::stream);
        config = new IocpServerSocketChannelConfig(this, handle);
    }

    @Override
    public ServerSocketChannelConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return null;
    }

    @Override
    SocketServer device() {
        return server;
    }

    @Override
    void associate(final IocpIoHandler to) {
        handler = to;
    }

    @Override
    void closeDetached() {
        handle.detached().close();
    }

    @Override
    int accepts() {
        return ACCEPTS;
    }

    @Override
    int maxConnections() {
        return Integer.MAX_VALUE;
    }

    @Override
    long startAccept(final long token) {
        return server.accept(token);
    }

    @Override
    @SuppressWarnings("unchecked")
    IocpSocketChannel connection(final CompletionEvent accepted) throws IOException {
        final DetachedSocket<StreamSocket> socket = (DetachedSocket<StreamSocket>) accepted.detached();
        try {
            return new IocpSocketChannel(this, socket);
        } catch (final Win32Exception | RuntimeException gone) {
            socket.close();
            throw gone;
        }
    }

    @Override
    protected void doBind(final SocketAddress local) throws IOException {
        final DetachedSocket<StreamSocket> detached = handle.detached();
        final SocketServer made;
        try {
            detached.bind(SocketHandle.check(local, detached.supportedOptions()));
            made = SocketServer.from(handler.port(), detached).backlog(config.getBacklog()).listening(0).detached()
                    .open();
        } catch (final Win32Exception refused) {
            throw Failures.ofBind(refused);
        }
        server = made;
        handle.become(made::option, made::option);
        activate(made.localAddress(), null);
    }
}

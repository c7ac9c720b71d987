package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.StreamSocket;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * A TCP server on a completion port: in place of {@link io.netty.channel.socket.nio.NioServerSocketChannel}. It serves
 * IPv4 and IPv6, unless it is bound to one address, was created for IPv4, or the JVM was started with
 * {@code -Djava.net.preferIPv4Stack=true}.
 *
 * <p>Its connections are {@link IocpSocketChannel}s, which any event loop of this transport can register. Sixteen
 * accepts ({@code AcceptEx}) are in flight while the program reads; other clients wait in the backlog.
 *
 * <p>No other program can bind the same address ({@code SO_EXCLUSIVEADDRUSE}). {@code SO_REUSEADDR} is only remembered,
 * as in the JDK, because on Windows it would allow that; a restarted server can bind its address without it.
 */
public final class IocpServerSocketChannel extends AbstractIocpServerSocketChannel
        implements ServerSocketChannel {
    private final IocpServerSocketChannelConfig config;

    /**
     * Creates a channel that can be bound ({@code WSASocketW}).
     *
     * @throws ChannelException when Windows refuses a socket
     */
    public IocpServerSocketChannel() {
        this(SocketHandle.open(DetachedSocket::stream));
    }

    /**
     * Creates a channel of that family that can be bound ({@code WSASocketW}).
     *
     * @param family {@link SocketProtocolFamily#INET} for IPv4, {@link SocketProtocolFamily#INET6} for IPv6 and IPv4;
     *     null for the same as {@link #IocpServerSocketChannel()}
     * @throws IllegalArgumentException when it is another family
     * @throws ChannelException when Windows refuses a socket
     */
    public IocpServerSocketChannel(final SocketProtocolFamily family) {
        this(SocketHandle.open(DetachedSocket::stream, family));
    }

    private IocpServerSocketChannel(final SocketHandle<StreamSocket> handle) {
        super(handle);
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
    InetSocketAddress checked(final SocketAddress address) {
        return handle().check(address);
    }

    @Override
    int backlog() {
        return config.getBacklog();
    }

    @Override
    IocpSocketChannel connection(final DetachedSocket<StreamSocket> accepted) throws Win32Exception {
        return new IocpSocketChannel(this, accepted);
    }
}

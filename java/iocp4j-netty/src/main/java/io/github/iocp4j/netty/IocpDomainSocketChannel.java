package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.socket.UnixSocketAddress;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.DuplexChannelConfig;
import java.net.SocketAddress;

/**
 * A connection over a Unix-domain socket ({@code AF_UNIX}) on a completion port. Windows has these sockets since
 * Windows 10 version 1803. Addresses are {@link UnixSocketAddress}es; that of a client has an empty path.
 *
 * <p>It writes {@link io.netty.buffer.ByteBuf}s, direct ones without a copy, and {@link io.netty.channel.FileRegion}s,
 * which it copies. It notices that the peer has closed the connection when it reads. The channel belongs to the event
 * loop that it was registered with first.
 */
public final class IocpDomainSocketChannel extends AbstractIocpSocketChannel implements DuplexChannel {
    private final DomainSocketConfig config;

    /**
     * Creates a channel that can be connected ({@code WSASocketW}).
     *
     * @throws ChannelException when this Windows has no Unix-domain sockets, or refuses one
     */
    public IocpDomainSocketChannel() {
        this(null, SocketHandle.openUnix());
    }

    /** A connection that a server has accepted. */
    IocpDomainSocketChannel(final IocpServerDomainSocketChannel parent, final DetachedSocket<StreamSocket> accepted)
            throws Win32Exception {
        this(parent, new SocketHandle<>(accepted));
        activate(accepted.localAddress(), accepted.remoteAddress());
    }

    private IocpDomainSocketChannel(
            final IocpServerDomainSocketChannel parent, final SocketHandle<StreamSocket> handle) {
        super(parent, handle);
        config = new DomainSocketConfig(this, handle);
    }

    @Override
    public DuplexChannelConfig config() {
        return config;
    }

    @Override
    public UnixSocketAddress localAddress() {
        return (UnixSocketAddress) super.localAddress();
    }

    @Override
    public UnixSocketAddress remoteAddress() {
        return (UnixSocketAddress) super.remoteAddress();
    }

    @Override
    UnixSocketAddress checked(final SocketAddress address) {
        return SocketHandle.checkUnix(address);
    }

    @Override
    boolean allowsHalfClosure() {
        return config.isAllowHalfClosure();
    }
}

package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.socket.UnixSocketAddress;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import java.net.SocketAddress;

/**
 * A server on a Unix-domain socket ({@code AF_UNIX}) on a completion port. Windows has these sockets since Windows 10
 * version 1803. It is bound to a {@link UnixSocketAddress}. The file must not exist before, and stays after the close:
 * the program deletes it.
 *
 * <p>Its connections are {@link IocpDomainSocketChannel}s, which any event loop of this transport can register. Its
 * option is {@link io.netty.channel.ChannelOption#SO_BACKLOG}.
 */
public final class IocpServerDomainSocketChannel extends AbstractIocpServerSocketChannel {
    private final DomainServerConfig config;

    /**
     * Creates a channel that can be bound ({@code WSASocketW}).
     *
     * @throws ChannelException when this Windows has no Unix-domain sockets, or refuses one
     */
    public IocpServerDomainSocketChannel() {
        super(SocketHandle.openUnix());
        config = new DomainServerConfig(this);
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public UnixSocketAddress localAddress() {
        return (UnixSocketAddress) super.localAddress();
    }

    @Override
    UnixSocketAddress checked(final SocketAddress address) {
        return SocketHandle.checkUnix(address);
    }

    @Override
    int backlog() {
        return config.backlog();
    }

    @Override
    IocpDomainSocketChannel connection(final DetachedSocket<StreamSocket> accepted) throws Win32Exception {
        return new IocpDomainSocketChannel(this, accepted);
    }
}

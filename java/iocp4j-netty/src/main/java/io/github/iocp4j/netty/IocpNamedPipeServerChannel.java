package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.DetachedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * A named pipe server: {@code bootstrap.bind(NamedPipeAddress.of("NAME"))}. Its connections are
 * {@link IocpNamedPipeChannel}s, which any event loop of this transport can register.
 *
 * <p>{@link io.netty.channel.ChannelOption#SO_BACKLOG} is the number of instances that wait for clients while the
 * program reads: 16 by default and for 0, and at most 1024, also if it is set to more. A client that finds none waiting
 * gets {@code ERROR_PIPE_BUSY}, and may wait. {@link IocpChannelOption} has the options for the access, remote clients,
 * the mode and the number of connections. {@code SO_BACKLOG} and the number of connections may be changed at any time;
 * the others throw an {@link IllegalStateException} after the bind. If the name is in use, the bind fails with a
 * {@link java.net.BindException}.
 */
public final class IocpNamedPipeServerChannel extends AbstractIocpServerChannel {
    private final PipeServerConfig config = new PipeServerConfig(this);
    private IocpIoHandler handler;
    private NamedPipeAddress address;
    /** Of the pipe, whatever another thread sets the option to during the bind. */
    private PipeMode mode;
    private volatile NamedPipeServer server;

    /** Creates a channel that can be bound. */
    public IocpNamedPipeServerChannel() {
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public NamedPipeAddress localAddress() {
        return (NamedPipeAddress) super.localAddress();
    }

    @Override
    NamedPipeServer device() {
        return server;
    }

    @Override
    void associate(final IocpIoHandler to) {
        handler = to;
    }

    @Override
    void closeDetached() {
        // The pipe is created by the bind, on the port.
    }

    @Override
    int accepts() {
        return config.backlog();
    }

    /** Also without a maximum, because the option may set one later. */
    @Override
    boolean isLimited() {
        return true;
    }

    @Override
    int maxConnections() {
        return config.maxConnections();
    }

    @Override
    long startAccept(final long token) {
        return server.accept(token);
    }

    @Override
    Channel connection(final CompletionEvent accepted) {
        return new IocpNamedPipeChannel(this, (DetachedPipe) accepted.detached(), address, mode);
    }

    @Override
    void bindTo(final SocketAddress local) throws IOException {
        address = UnsupportedAddressException.check(local, NamedPipeAddress.class);
        mode = config.mode();
        try {
            server = config.apply(NamedPipeServer.builder(handler.port(), address)).mode(mode).listening(0).detached()
                    .open();
        } catch (final Win32Exception refused) {
            throw Failures.ofBind(refused);
        }
        activate(address, null);
    }
}

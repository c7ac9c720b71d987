package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.SocketAddress;

/** A server on a socket. */
abstract class AbstractIocpServerSocketChannel extends AbstractIocpServerChannel {
    /**
     * Windows takes so many clients before the loop acts, as many as Netty's NIO accepts in one turn of its loop.
     * Others wait in the backlog: with few accepts, they would wait long for a loop that is busy with connections.
     */
    private static final int ACCEPTS = 16;

    private final SocketHandle<StreamSocket> handle;
    private IocpIoHandler handler;
    private volatile SocketServer server;

    AbstractIocpServerSocketChannel(final SocketHandle<StreamSocket> handle) {
        this.handle = handle;
    }

    final SocketHandle<StreamSocket> handle() {
        return handle;
    }

    /** The address, if such a socket can have it. */
    abstract SocketAddress checked(SocketAddress address);

    /** How many clients may wait for an accept; 0 for as many as the system lets wait. */
    abstract int backlog();

    /** Makes the channel of an accepted connection. */
    abstract Channel connection(DetachedSocket<StreamSocket> accepted) throws Win32Exception;

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
        handle.close();
    }

    @Override
    int accepts() {
        return ACCEPTS;
    }

    @Override
    long startAccept(final long token) {
        return server.accept(token);
    }

    @Override
    @SuppressWarnings("unchecked")
    Channel connection(final CompletionEvent accepted) throws IOException {
        final DetachedSocket<StreamSocket> socket = (DetachedSocket<StreamSocket>) accepted.detached();
        try {
            return connection(socket);
        } catch (final Win32Exception | RuntimeException gone) {
            socket.close();
            throw gone;
        }
    }

    @Override
    void bindTo(final SocketAddress local) throws IOException {
        final DetachedSocket<StreamSocket> detached = handle.detached();
        final int backlog = backlog() == 0 ? Integer.MAX_VALUE : backlog();
        final SocketServer made;
        try {
            detached.bind(checked(local));
            synchronized (handle) {
                made = SocketServer.from(handler.port(), detached).backlog(backlog).listening(0).detached().open();
                handle.become(made::option, made::option);
            }
        } catch (final Win32Exception refused) {
            throw Failures.ofBind(refused);
        }
        server = made;
        activate(made.localAddress(), null);
    }
}

package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.StreamSocket;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;

/** A connection over a socket. Each of its two directions can be shut down. */
abstract class AbstractIocpSocketChannel extends AbstractIocpStreamChannel implements DuplexChannel {
    private final SocketHandle<StreamSocket> handle;
    /** A {@link #shutdownOutput} that waits for the write in flight. */
    private ChannelPromise waitingShutdown;
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    /** Null before the channel is registered. */
    private volatile StreamSocket socket;

    AbstractIocpSocketChannel(final Channel parent, final SocketHandle<StreamSocket> handle) {
        super(parent);
        this.handle = handle;
    }

    final SocketHandle<StreamSocket> handle() {
        return handle;
    }

    /** The address, if such a socket can have it. */
    abstract SocketAddress checked(SocketAddress address);

    /** As {@link #checked}, for an address to connect to. */
    SocketAddress checkedRemote(final SocketAddress address) {
        return checked(address);
    }

    /** The socket belongs to the loop's port now. */
    void associated(final StreamSocket made) throws IOException {
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown || !isActive();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown || !isActive();
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(final ChannelPromise promise) {
        shutdownOutput().addListener(output -> shutdownInput().addListener(input -> {
            final Throwable failure = output.cause() != null ? output.cause() : input.cause();
            if (failure != null) {
                promise.tryFailure(failure);
            } else {
                promise.trySuccess();
            }
        }));
        return promise;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(final ChannelPromise promise) {
        onLoop(() -> {
            try {
                checkConnected();
                socket.shutdownInput();
                inputShutdown = true;
                promise.trySuccess();
            } catch (final IOException | IllegalStateException refused) {
                promise.tryFailure(refused);
            }
        });
        return promise;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(final ChannelPromise promise) {
        onLoop(() -> {
            if (isClosing()) {
                // Netty's shutdown would fail the write that the close still waits for.
                promise.tryFailure(new ClosedChannelException());
            } else if (!isWriting()) {
                ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
            } else if (waitingShutdown == null) {
                waitingShutdown = promise;
            } else {
                waitingShutdown.addListener(done -> {
                    if (done.isSuccess()) {
                        promise.trySuccess();
                    } else {
                        promise.tryFailure(done.cause());
                    }
                });
            }
        });
        return promise;
    }

    @Override
    StreamSocket device() {
        return socket;
    }

    @Override
    void associate(final IocpIoHandler to) throws IOException {
        if (socket != null) {
            return;
        }
        final StreamSocket made;
        synchronized (handle) {
            made = handle.detached().associate(to.port());
            handle.become(made::option, made::option);
        }
        socket = made;
        associated(made);
    }

    @Override
    void closeDetached() {
        handle.close();
    }

    @Override
    void closeBegins() {
        super.closeBegins();
        final ChannelPromise waiting = takeWaitingShutdown();
        if (waiting != null) {
            waiting.tryFailure(new ClosedChannelException());
        }
    }

    @Override
    SocketAddress startConnect(final SocketAddress remote, final SocketAddress local) throws Exception {
        final SocketAddress to = checkedRemote(remote);
        if (local != null) {
            doBind(local);
        }
        registration().started(socket.connect(to, registration().token(CONNECT)));
        return to;
    }

    @Override
    SocketAddress localOfConnected(final SocketAddress remote) throws IOException {
        return socket.localAddress();
    }

    @Override
    boolean isGathering() {
        return true;
    }

    @Override
    boolean hasShutInputDown() {
        return inputShutdown;
    }

    @Override
    void inputHasEnded() {
        inputShutdown = true;
    }

    @Override
    boolean holdsWrites() {
        return waitingShutdown != null;
    }

    @Override
    void written() {
        final ChannelPromise waiting = takeWaitingShutdown();
        if (waiting != null) {
            ((AbstractUnsafe) unsafe()).shutdownOutput(waiting);
        }
    }

    @Override
    void bindTo(final SocketAddress local) throws IOException {
        checkNotConnecting();
        try {
            socket.bind(checked(local));
        } catch (final Win32Exception refused) {
            throw Failures.ofBind(refused);
        }
        bound(socket.localAddress());
    }

    @Override
    protected void doShutdownOutput() throws IOException {
        checkConnected();
        socket.shutdownOutput();
        outputShutdown = true;
    }

    private void checkConnected() throws IOException {
        if (isClosing()) {
            throw new ClosedChannelException();
        }
        if (!isActive()) {
            throw new NotYetConnectedException();
        }
    }

    private ChannelPromise takeWaitingShutdown() {
        final ChannelPromise waiting = waitingShutdown;
        waitingShutdown = null;
        return waiting;
    }

    private void onLoop(final Runnable action) {
        if (eventLoop().inEventLoop()) {
            action.run();
        } else {
            eventLoop().execute(action);
        }
    }
}

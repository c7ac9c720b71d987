package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.StreamSocket;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;

/**
 * A TCP connection on a completion port: in place of {@link io.netty.channel.socket.nio.NioSocketChannel}. It serves
 * IPv4 and IPv6, unless the JVM was started with {@code -Djava.net.preferIPv4Stack=true}.
 *
 * <p>It writes {@link io.netty.buffer.ByteBuf}s, direct ones without a copy, and {@link io.netty.channel.FileRegion}s.
 * Windows sends a {@link io.netty.channel.DefaultFileRegion} itself ({@code TransmitFile}), 64 MiB at a time; other
 * regions are copied, and all with {@link IocpChannelOption#COPY_FILE_REGIONS}. {@code shutdownOutput} waits for the
 * write that is in flight; flushed messages that Windows has not got then fail, as on other transports.
 *
 * <p>With {@code SO_LINGER} above 0, a close may take that long. It runs on Netty's
 * {@link io.netty.util.concurrent.GlobalEventExecutor}, so that the loop goes on meanwhile.
 *
 * <p>The channel belongs to the event loop that it was registered with first: Windows cannot move it to another one.
 */
public final class IocpSocketChannel extends AbstractIocpStreamChannel implements SocketChannel {
    private final SocketHandle<StreamSocket> handle;
    private final IocpSocketChannelConfig config;
    /** A {@link #shutdownOutput} that waits for the write in flight. */
    private ChannelPromise waitingShutdown;
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    /** Null before the channel is registered. */
    private volatile StreamSocket socket;

    /**
     * Creates a channel that can be connected ({@code WSASocketW}).
     *
     * @throws ChannelException when Windows gives no socket
     */
    public IocpSocketChannel() {
        super(null);
        handle = SocketHandle.open(DetachedSocket::stream);
        config = new IocpSocketChannelConfig(this, handle);
    }

    /** A connection that a server has accepted. */
    IocpSocketChannel(final IocpServerSocketChannel parent, final DetachedSocket<StreamSocket> accepted)
            throws Win32Exception {
        super(parent);
        handle = new SocketHandle<>(accepted);
        activate(accepted.localAddress(), accepted.remoteAddress());
        config = new IocpSocketChannelConfig(this, handle);
    }

    @Override
    public ServerSocketChannel parent() {
        return (ServerSocketChannel) super.parent();
    }

    @Override
    public SocketChannelConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
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
            if (!isWriting() || isClosing()) {
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
        final StreamSocket made = handle.detached().associate(to.port());
        socket = made;
        handle.become(made::option, made::option);
        try {
            made.completeInline();
        } catch (final Win32Exception layered) {
            // A layered service provider without kernel handles: each operation has a completion.
            assert layered.code() == Win32Error.WSAEOPNOTSUPP : layered;
        }
    }

    @Override
    void closeDetached() {
        handle.detached().close();
    }

    @Override
    void closeBegins() {
        super.closeBegins();
        shutDownOutputNow();
    }

    @Override
    void startConnect(final SocketAddress remote, final SocketAddress local) throws IOException {
        final InetSocketAddress to = SocketHandle.check(remote, socket.supportedOptions());
        if (local != null) {
            doBind(local);
        }
        registration().started(socket.connect(to, registration().token(CONNECT)));
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
    boolean transmitsFiles() {
        return !config.isCopyFileRegions();
    }

    @Override
    boolean waitsWithoutBuffer() {
        return config.isZeroByteReads();
    }

    @Override
    boolean mayBlockInClose() {
        try {
            return config.getSoLinger() > 0;
        } catch (final ChannelException unknown) {
            // As if it were not set: the close goes on.
            return false;
        }
    }

    @Override
    boolean canWatch() {
        return true;
    }

    @Override
    boolean isAtEnd() {
        try {
            return socket.bytesAvailable() == 0;
        } catch (final Win32Exception | IllegalStateException unknown) {
            // The next read or the close reports what has happened.
            return false;
        }
    }

    @Override
    boolean allowsHalfClosure() {
        return config.isAllowHalfClosure();
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
        shutDownOutputNow();
    }

    @Override
    protected void doBind(final SocketAddress local) throws IOException {
        try {
            socket.bind(SocketHandle.check(local, socket.supportedOptions()));
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

    private void shutDownOutputNow() {
        final ChannelPromise waiting = waitingShutdown;
        waitingShutdown = null;
        if (waiting != null) {
            ((AbstractUnsafe) unsafe()).shutdownOutput(waiting);
        }
    }

    private void onLoop(final Runnable action) {
        if (eventLoop().inEventLoop()) {
            action.run();
        } else {
            eventLoop().execute(action);
        }
    }
}

package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.DetachedPipe;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.PipeMode;
import io.netty.channel.ChannelConfig;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.time.Duration;
import java.util.Optional;

/**
 * A connection over a named pipe: {@code bootstrap.connect(NamedPipeAddress.of("NAME"))}. Both of its addresses are
 * that of the pipe.
 *
 * <p>In byte mode, the default, it is a stream of {@link io.netty.buffer.ByteBuf}s. In message mode
 * ({@link IocpChannelOption#PIPE_MODE}) it writes and reads {@link NamedPipeMessage}s, whose boundaries Windows keeps,
 * and refuses everything else with an {@link UnsupportedOperationException}, because a {@code ByteBuf} may be a part of
 * a message or several. A message of up to 64 MiB is read whole; a longer one ends the connection with an
 * {@link IOException}. A client in byte mode can connect to a pipe in message mode: then each {@code ByteBuf} of at
 * most 1 MiB is a message. A client in message mode cannot connect to a pipe in byte mode.
 *
 * <p>A connect waits while all instances of the pipe are busy, up to
 * {@link io.netty.channel.ChannelOption#CONNECT_TIMEOUT_MILLIS}; it fails at once with a
 * {@link java.net.ConnectException} if there is no such pipe. A connect to a pipe of another machine may block the loop
 * for seconds when that machine does not answer, because Windows opens a pipe synchronously. Pipes have no half
 * closure. What was written before a close can still be read at the other end.
 */
public final class IocpNamedPipeChannel extends AbstractIocpStreamChannel {
    /** A week: for a connect without a timeout. */
    private static final Duration LONG = Duration.ofDays(7);

    private final PipeConfig config = new PipeConfig(this);
    /** Null for a client. */
    private final DetachedPipe detached;
    private IocpIoHandler handler;
    private volatile NamedPipe pipe;

    /** Creates a channel that can be connected. */
    public IocpNamedPipeChannel() {
        super(null);
        detached = null;
    }

    /** A connection that a server has accepted. */
    IocpNamedPipeChannel(
            final IocpNamedPipeServerChannel parent, final DetachedPipe accepted, final NamedPipeAddress address,
            final PipeMode mode) {
        super(parent);
        detached = accepted;
        config.acceptedIn(mode);
        activate(address, address);
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
    public NamedPipeAddress remoteAddress() {
        return (NamedPipeAddress) super.remoteAddress();
    }

    /**
     * The process at the other end.
     *
     * @return the process id; 0 if the channel is not connected, or if Windows does not know the process, for example
     *     on another machine
     */
    public int peerProcessId() {
        final NamedPipe connected = pipe;
        if (connected != null) {
            return connected.peerProcessId();
        }
        return detached != null ? detached.peerProcessId() : 0;
    }

    /**
     * The terminal session of the process at the other end, see {@link NamedPipe#peerSessionId}.
     *
     * @return the session
     * @throws IOException if Windows does not know it, for example when the client is on another machine
     * @throws NotYetConnectedException when the channel is not connected, or not registered yet
     */
    public int peerSessionId() throws IOException {
        final NamedPipe connected = pipe;
        if (connected == null) {
            throw new NotYetConnectedException();
        }
        return connected.peerSessionId();
    }

    /**
     * The user who runs the process at the other end, as {@code MACHINE\USER}. It is that of {@link #peerProcessId} at
     * the time of the call ({@link ProcessHandle.Info#user}): when the process has ended, Windows may have given its id
     * to another one. Therefore it is for logs, and {@link IocpChannelOption#PIPE_SECURITY_DESCRIPTOR} is for access.
     *
     * @return the user; empty if Windows does not tell, because the process has ended, is on another machine, or cannot
     *     be opened by this user
     */
    public Optional<String> peerUser() {
        final int process = peerProcessId();
        return process == 0 ? Optional.empty()
                : ProcessHandle.of(Integer.toUnsignedLong(process)).flatMap(running -> running.info().user());
    }

    @Override
    NamedPipe device() {
        return pipe;
    }

    @Override
    void associate(final IocpIoHandler to) throws IOException {
        handler = to;
        if (detached != null && pipe == null) {
            pipe = detached.associate(to.port());
            pipe.completeInline();
        }
    }

    @Override
    void closeDetached() {
        if (detached != null) {
            detached.close();
        }
    }

    @Override
    SocketAddress startConnect(final SocketAddress remote, final SocketAddress local) {
        final NamedPipeAddress address = UnsupportedAddressException.check(remote, NamedPipeAddress.class);
        UnsupportedAddressException.checkUnbound(local);
        final int timeout = config.getConnectTimeoutMillis();
        pipe = NamedPipeClient.builder(handler.port(), address)
                .impersonation(config.impersonationLevel()).mode(config.mode())
                .timeout(timeout > 0 ? Duration.ofMillis(timeout) : LONG).connect(registration().token(CONNECT));
        registration().started();
        return remote;
    }

    @Override
    SocketAddress localOfConnected(final SocketAddress remote) throws IOException {
        pipe.completeInline();
        return remote;
    }

    @Override
    boolean keepsMessages() {
        return config.mode() == PipeMode.MESSAGE;
    }

    @Override
    int restOfMessage() throws IOException {
        return pipe.peek().bytesLeftInMessage();
    }

    @Override
    boolean isGathering() {
        return false;
    }

    @Override
    boolean waitsWithoutBuffer() {
        return config.isZeroByteReads();
    }

    @Override
    boolean allowsHalfClosure() {
        return false;
    }

    @Override
    boolean hasShutInputDown() {
        return false;
    }

    @Override
    void inputHasEnded() {
        throw new IllegalStateException("The end of a pipe closes its channel");
    }

    @Override
    void bindTo(final SocketAddress local) throws Win32Exception {
        throw new Win32Exception("bind of a pipe's client", Win32Error.INVALID_FUNCTION);
    }
}

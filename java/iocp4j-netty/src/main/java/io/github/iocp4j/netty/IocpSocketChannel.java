package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.StreamSocket;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A TCP connection on a completion port: in place of {@link io.netty.channel.socket.nio.NioSocketChannel}. It serves
 * IPv4 and IPv6, unless it was created for IPv4 or the JVM was started with
 * {@code -Djava.net.preferIPv4Stack=true}.
 *
 * <p>It writes {@link io.netty.buffer.ByteBuf}s, direct ones without a copy, and {@link io.netty.channel.FileRegion}s.
 * Windows sends a {@link io.netty.channel.DefaultFileRegion} itself ({@code TransmitFile}), 64 MiB at a time; other
 * regions are copied, and all with {@link IocpChannelOption#COPY_FILE_REGIONS}. {@code shutdownOutput} waits for the
 * write that is in flight; flushed messages that Windows has not got then fail, as on other transports.
 *
 * <p>Windows sends what it has taken before a close, unless {@code SO_LINGER} is 0. A close waits up to a second for
 * the write that is in flight, because its cancel may end the connection by a reset, and the peer would lose data of
 * earlier writes, too. Other messages that Windows has not got fail, as on other transports. With {@code SO_LINGER}
 * above 0, the write has that time, and then the close may take as long again. It runs on Netty's
 * {@link io.netty.util.concurrent.GlobalEventExecutor}, so that the loop goes on meanwhile. {@code closeForcibly} and
 * the end of the loop do not wait for that: Windows sends what it has taken, as without {@code SO_LINGER}.
 *
 * <p>The channel belongs to the event loop that it was registered with first: Windows cannot move it to another one.
 */
public final class IocpSocketChannel extends AbstractIocpSocketChannel implements SocketChannel {
    /** How long a close waits for the write in flight, if {@code SO_LINGER} is not set. */
    private static final int MILLISECONDS_FOR_WRITE = 1_000;

    private final IocpSocketChannelConfig config;

    /**
     * Creates a channel that can be connected ({@code WSASocketW}).
     *
     * @throws ChannelException when Windows refuses a socket
     */
    public IocpSocketChannel() {
        this(null, SocketHandle.open(DetachedSocket::stream));
    }

    /**
     * Creates a channel of that family that can be connected ({@code WSASocketW}).
     *
     * @param family {@link SocketProtocolFamily#INET} for IPv4, {@link SocketProtocolFamily#INET6} for IPv6 and IPv4;
     *     null for the same as {@link #IocpSocketChannel()}
     * @throws IllegalArgumentException when it is another family
     * @throws ChannelException when Windows refuses a socket
     */
    public IocpSocketChannel(final SocketProtocolFamily family) {
        this(null, SocketHandle.open(DetachedSocket::stream, family));
    }

    /** A connection that a server has accepted. */
    IocpSocketChannel(final IocpServerSocketChannel parent, final DetachedSocket<StreamSocket> accepted)
            throws Win32Exception {
        this(parent, new SocketHandle<>(accepted));
        activate(accepted.localAddress(), accepted.remoteAddress());
    }

    private IocpSocketChannel(final IocpServerSocketChannel parent, final SocketHandle<StreamSocket> handle) {
        super(parent, handle);
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
    InetSocketAddress checked(final SocketAddress address) {
        return handle().check(address);
    }

    @Override
    InetSocketAddress checkedRemote(final SocketAddress address) {
        return handle().checkRemote(address);
    }

    @Override
    void associated(final StreamSocket made) throws Win32Exception {
        try {
            made.completeInline();
        } catch (final Win32Exception layered) {
            // A layered service provider without kernel handles: each operation has a completion.
            assert layered.code() == Win32Error.WSAEOPNOTSUPP : layered;
        }
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
    int millisecondsForWrite() {
        // Asked first, because the option is a call of Windows.
        final int seconds = isWriting() ? soLinger() : 0;
        if (seconds == 0) {
            return 0;
        }
        cancelReads();
        return seconds < 0 ? MILLISECONDS_FOR_WRITE : (int) TimeUnit.SECONDS.toMillis(seconds);
    }

    @Override
    boolean mayBlockInClose() {
        return soLinger() > 0;
    }

    @Override
    void preventBlockingClose() {
        if (soLinger() <= 0) {
            return;
        }
        try {
            config.setSoLinger(-1);
        } catch (final ChannelException refused) {
            // The close may block then, unless another thread has just closed the handle.
        }
    }

    private int soLinger() {
        try {
            return config.getSoLinger();
        } catch (final ChannelException unknown) {
            // The close goes on as without SO_LINGER.
            return -1;
        }
    }

    @Override
    boolean canWatch() {
        return true;
    }

    @Override
    boolean mayHaveData() {
        try {
            return device().bytesAvailable() > 0;
        } catch (final Win32Exception | IllegalStateException unknown) {
            // The next read or the close reports what has happened.
            return true;
        }
    }

    @Override
    boolean allowsHalfClosure() {
        return config.isAllowHalfClosure();
    }
}

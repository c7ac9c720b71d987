package io.github.iocp4j.netty;

import io.github.iocp4j.socket.WinsockOptions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Map;

/** The options of a TCP connection. */
final class IocpSocketChannelConfig extends DefaultChannelConfig implements SocketChannelConfig {
    /** In seconds: Windows has 16 bits for it. */
    private static final int MAX_LINGER = 0xffff;
    /** Netty has no name for it. */
    private static final ChannelOption<Boolean> SO_OOBINLINE = NioChannelOption.of(WinsockOptions.SO_OOBINLINE);

    private final IocpSocketChannel channel;
    private final SocketHandle<?> socket;
    private volatile boolean allowHalfClosure;
    private volatile boolean reuseAddress;
    private volatile boolean copyFileRegions;
    private volatile boolean zeroByteReads;

    IocpSocketChannelConfig(final IocpSocketChannel channel, final SocketHandle<?> socket) {
        super(channel);
        this.channel = channel;
        this.socket = socket;
        try {
            // As on Netty's other transports.
            setTcpNoDelay(true);
        } catch (final ChannelException refused) {
            // The client may have reset an accepted connection. Its channel reports that when it reads.
        }
    }

    boolean isCopyFileRegions() {
        return copyFileRegions;
    }

    boolean isZeroByteReads() {
        return zeroByteReads;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        // Without the keep-alive times, because not every Windows has them.
        return getOptions(super.getOptions(), ChannelOption.SO_RCVBUF, ChannelOption.SO_SNDBUF,
                ChannelOption.TCP_NODELAY, ChannelOption.SO_KEEPALIVE, ChannelOption.SO_REUSEADDR,
                ChannelOption.SO_LINGER, ChannelOption.IP_TOS, ChannelOption.ALLOW_HALF_CLOSURE,
                IocpChannelOption.COPY_FILE_REGIONS, IocpChannelOption.ZERO_BYTE_READS, SO_OOBINLINE);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(final ChannelOption<T> given) {
        final ChannelOption<T> option = SocketHandle.known(given);
        if (option == ChannelOption.SO_RCVBUF) {
            return (T) Integer.valueOf(getReceiveBufferSize());
        } else if (option == ChannelOption.SO_SNDBUF) {
            return (T) Integer.valueOf(getSendBufferSize());
        } else if (option == ChannelOption.TCP_NODELAY) {
            return (T) Boolean.valueOf(isTcpNoDelay());
        } else if (option == ChannelOption.SO_KEEPALIVE) {
            return (T) Boolean.valueOf(isKeepAlive());
        } else if (option == ChannelOption.SO_REUSEADDR) {
            return (T) Boolean.valueOf(isReuseAddress());
        } else if (option == ChannelOption.SO_LINGER) {
            return (T) Integer.valueOf(getSoLinger());
        } else if (option == ChannelOption.IP_TOS) {
            return (T) Integer.valueOf(getTrafficClass());
        } else if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            return (T) Boolean.valueOf(isAllowHalfClosure());
        } else if (option == IocpChannelOption.COPY_FILE_REGIONS) {
            return (T) Boolean.valueOf(copyFileRegions);
        } else if (option == IocpChannelOption.ZERO_BYTE_READS) {
            return (T) Boolean.valueOf(zeroByteReads);
        }
        final SocketOption<T> other = socket.find(given);
        return other != null ? socket.option(other) : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(final ChannelOption<T> given, final T value) {
        validate(given, value);
        final ChannelOption<T> option = SocketHandle.known(given);
        if (option == ChannelOption.SO_RCVBUF) {
            setReceiveBufferSize((Integer) value);
        } else if (option == ChannelOption.SO_SNDBUF) {
            setSendBufferSize((Integer) value);
        } else if (option == ChannelOption.TCP_NODELAY) {
            setTcpNoDelay((Boolean) value);
        } else if (option == ChannelOption.SO_KEEPALIVE) {
            setKeepAlive((Boolean) value);
        } else if (option == ChannelOption.SO_REUSEADDR) {
            setReuseAddress((Boolean) value);
        } else if (option == ChannelOption.SO_LINGER) {
            setSoLinger((Integer) value);
        } else if (option == ChannelOption.IP_TOS) {
            setTrafficClass((Integer) value);
        } else if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            setAllowHalfClosure((Boolean) value);
        } else if (option == IocpChannelOption.COPY_FILE_REGIONS) {
            copyFileRegions = (Boolean) value;
        } else if (option == IocpChannelOption.ZERO_BYTE_READS) {
            zeroByteReads = (Boolean) value;
        } else {
            final SocketOption<T> other = socket.find(given);
            if (other == null) {
                return super.setOption(option, value);
            }
            socket.option(other, value);
        }
        return true;
    }

    @Override
    public boolean isTcpNoDelay() {
        return socket.option(StandardSocketOptions.TCP_NODELAY);
    }

    @Override
    public SocketChannelConfig setTcpNoDelay(final boolean tcpNoDelay) {
        socket.option(StandardSocketOptions.TCP_NODELAY, tcpNoDelay);
        return this;
    }

    @Override
    public int getSoLinger() {
        return socket.option(StandardSocketOptions.SO_LINGER);
    }

    @Override
    public SocketChannelConfig setSoLinger(final int soLinger) {
        // As the JDK, which takes any number.
        socket.option(StandardSocketOptions.SO_LINGER, Math.max(-1, Math.min(soLinger, MAX_LINGER)));
        return this;
    }

    @Override
    public int getSendBufferSize() {
        return socket.option(StandardSocketOptions.SO_SNDBUF);
    }

    @Override
    public SocketChannelConfig setSendBufferSize(final int sendBufferSize) {
        socket.option(StandardSocketOptions.SO_SNDBUF, sendBufferSize);
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return socket.option(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public SocketChannelConfig setReceiveBufferSize(final int receiveBufferSize) {
        socket.option(StandardSocketOptions.SO_RCVBUF, receiveBufferSize);
        return this;
    }

    @Override
    public boolean isKeepAlive() {
        return socket.option(StandardSocketOptions.SO_KEEPALIVE);
    }

    @Override
    public SocketChannelConfig setKeepAlive(final boolean keepAlive) {
        socket.option(StandardSocketOptions.SO_KEEPALIVE, keepAlive);
        return this;
    }

    @Override
    public int getTrafficClass() {
        return socket.option(StandardSocketOptions.IP_TOS);
    }

    @Override
    public SocketChannelConfig setTrafficClass(final int trafficClass) {
        socket.option(StandardSocketOptions.IP_TOS, trafficClass);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return reuseAddress;
    }

    /** Only remembered, as in the JDK: on Windows, the option would let other programs take the address. */
    @Override
    public SocketChannelConfig setReuseAddress(final boolean reuse) {
        reuseAddress = reuse;
        return this;
    }

    @Override
    public SocketChannelConfig setPerformancePreferences(
            final int connectionTime, final int latency, final int bandwidth) {
        return this;
    }

    @Override
    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public SocketChannelConfig setAllowHalfClosure(final boolean allow) {
        allowHalfClosure = allow;
        return this;
    }

    @Override
    public SocketChannelConfig setConnectTimeoutMillis(final int milliseconds) {
        super.setConnectTimeoutMillis(milliseconds);
        return this;
    }

    @Override
    @Deprecated
    public SocketChannelConfig setMaxMessagesPerRead(final int messages) {
        super.setMaxMessagesPerRead(messages);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteSpinCount(final int writes) {
        super.setWriteSpinCount(writes);
        return this;
    }

    @Override
    public SocketChannelConfig setAllocator(final ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public SocketChannelConfig setRecvByteBufAllocator(final RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoRead(final boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoClose(final boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    public SocketChannelConfig setMessageSizeEstimator(final MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteBufferWaterMark(final WriteBufferWaterMark waterMark) {
        super.setWriteBufferWaterMark(waterMark);
        return this;
    }

    @Override
    protected void autoReadCleared() {
        channel.autoReadCleared();
    }
}

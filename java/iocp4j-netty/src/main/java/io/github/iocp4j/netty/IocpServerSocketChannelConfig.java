package io.github.iocp4j.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.util.NetUtil;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Map;

/** The options of a TCP server. */
final class IocpServerSocketChannelConfig extends DefaultChannelConfig implements ServerSocketChannelConfig {
    private final IocpServerSocketChannel channel;
    private final SocketHandle<?> socket;
    private volatile int backlog = NetUtil.SOMAXCONN;
    private volatile boolean reuseAddress;

    IocpServerSocketChannelConfig(final IocpServerSocketChannel channel, final SocketHandle<?> socket) {
        super(channel, new ServerChannelRecvByteBufAllocator());
        this.channel = channel;
        this.socket = socket;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.SO_RCVBUF, ChannelOption.SO_REUSEADDR,
                ChannelOption.SO_BACKLOG);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(final ChannelOption<T> given) {
        final ChannelOption<T> option = SocketHandle.known(given);
        if (option == ChannelOption.SO_RCVBUF) {
            return (T) Integer.valueOf(getReceiveBufferSize());
        } else if (option == ChannelOption.SO_REUSEADDR) {
            return (T) Boolean.valueOf(isReuseAddress());
        } else if (option == ChannelOption.SO_BACKLOG) {
            return (T) Integer.valueOf(getBacklog());
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
        } else if (option == ChannelOption.SO_REUSEADDR) {
            setReuseAddress((Boolean) value);
        } else if (option == ChannelOption.SO_BACKLOG) {
            setBacklog((Integer) value);
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
    public int getBacklog() {
        return backlog;
    }

    @Override
    public ServerSocketChannelConfig setBacklog(final int clients) {
        if (clients < 0) {
            throw new IllegalArgumentException("The backlog is " + clients + ", but cannot be negative");
        }
        backlog = clients;
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return reuseAddress;
    }

    @Override
    public ServerSocketChannelConfig setReuseAddress(final boolean reuse) {
        reuseAddress = reuse;
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return socket.option(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public ServerSocketChannelConfig setReceiveBufferSize(final int bytes) {
        socket.option(StandardSocketOptions.SO_RCVBUF, bytes);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setPerformancePreferences(
            final int connectionTime, final int latency, final int bandwidth) {
        return this;
    }

    @Override
    public ServerSocketChannelConfig setConnectTimeoutMillis(final int milliseconds) {
        super.setConnectTimeoutMillis(milliseconds);
        return this;
    }

    @Override
    @Deprecated
    public ServerSocketChannelConfig setMaxMessagesPerRead(final int messages) {
        super.setMaxMessagesPerRead(messages);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setWriteSpinCount(final int writes) {
        super.setWriteSpinCount(writes);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setAllocator(final ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setRecvByteBufAllocator(final RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setAutoRead(final boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setMessageSizeEstimator(final MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setWriteBufferWaterMark(final WriteBufferWaterMark waterMark) {
        super.setWriteBufferWaterMark(waterMark);
        return this;
    }

    @Override
    @Deprecated
    public ServerSocketChannelConfig setWriteBufferHighWaterMark(final int bytes) {
        super.setWriteBufferHighWaterMark(bytes);
        return this;
    }

    @Override
    @Deprecated
    public ServerSocketChannelConfig setWriteBufferLowWaterMark(final int bytes) {
        super.setWriteBufferLowWaterMark(bytes);
        return this;
    }

    @Override
    protected void autoReadCleared() {
        channel.autoReadCleared();
    }
}

package io.github.iocp4j.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Map;

/** The options of a UDP socket. */
final class IocpDatagramChannelConfig extends DefaultChannelConfig implements DatagramChannelConfig {
    private static final int BUFFER = 2_048;
    /** As in NIO: the opposite of Netty's own option. */
    private static final ChannelOption<Boolean> IP_MULTICAST_LOOP =
            NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP);

    private final IocpDatagramChannel channel;
    private final SocketHandle<?> socket;
    private volatile boolean activeOnRegistration;
    /** What was asked for after the socket was bound. */
    private volatile Boolean lateReuseAddress;

    IocpDatagramChannelConfig(final IocpDatagramChannel channel, final SocketHandle<?> socket) {
        super(channel, new FixedRecvByteBufAllocator(BUFFER));
        this.channel = channel;
        this.socket = socket;
    }

    @Override
    @SuppressWarnings("deprecation")
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.SO_BROADCAST, ChannelOption.SO_RCVBUF,
                ChannelOption.SO_SNDBUF, ChannelOption.SO_REUSEADDR, ChannelOption.IP_MULTICAST_LOOP_DISABLED,
                ChannelOption.IP_MULTICAST_ADDR, ChannelOption.IP_MULTICAST_IF, ChannelOption.IP_MULTICAST_TTL,
                ChannelOption.IP_TOS, ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, IP_MULTICAST_LOOP);
    }

    @Override
    @SuppressWarnings({"deprecation", "unchecked"})
    public <T> T getOption(final ChannelOption<T> given) {
        final ChannelOption<T> option = SocketHandle.known(given);
        if (option == ChannelOption.SO_BROADCAST) {
            return (T) Boolean.valueOf(isBroadcast());
        } else if (option == ChannelOption.SO_RCVBUF) {
            return (T) Integer.valueOf(getReceiveBufferSize());
        } else if (option == ChannelOption.SO_SNDBUF) {
            return (T) Integer.valueOf(getSendBufferSize());
        } else if (option == ChannelOption.SO_REUSEADDR) {
            return (T) Boolean.valueOf(isReuseAddress());
        } else if (option == ChannelOption.IP_MULTICAST_LOOP_DISABLED) {
            return (T) Boolean.valueOf(isLoopbackModeDisabled());
        } else if (option == ChannelOption.IP_MULTICAST_ADDR) {
            return (T) getInterface();
        } else if (option == ChannelOption.IP_MULTICAST_IF) {
            return (T) getNetworkInterface();
        } else if (option == ChannelOption.IP_MULTICAST_TTL) {
            return (T) Integer.valueOf(getTimeToLive());
        } else if (option == ChannelOption.IP_TOS) {
            return (T) Integer.valueOf(getTrafficClass());
        } else if (option == ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION) {
            return (T) Boolean.valueOf(activeOnRegistration);
        }
        final SocketOption<T> other = socket.find(given);
        return other != null ? socket.option(other) : super.getOption(option);
    }

    @Override
    @SuppressWarnings("deprecation")
    public <T> boolean setOption(final ChannelOption<T> given, final T value) {
        validate(given, value);
        final ChannelOption<T> option = SocketHandle.known(given);
        if (option == ChannelOption.SO_BROADCAST) {
            setBroadcast((Boolean) value);
        } else if (option == ChannelOption.SO_RCVBUF) {
            setReceiveBufferSize((Integer) value);
        } else if (option == ChannelOption.SO_SNDBUF) {
            setSendBufferSize((Integer) value);
        } else if (option == ChannelOption.SO_REUSEADDR) {
            setReuseAddress((Boolean) value);
        } else if (option == ChannelOption.IP_MULTICAST_LOOP_DISABLED) {
            setLoopbackModeDisabled((Boolean) value);
        } else if (option == ChannelOption.IP_MULTICAST_ADDR) {
            setInterface((InetAddress) value);
        } else if (option == ChannelOption.IP_MULTICAST_IF) {
            setNetworkInterface((NetworkInterface) value);
        } else if (option == ChannelOption.IP_MULTICAST_TTL) {
            setTimeToLive((Integer) value);
        } else if (option == ChannelOption.IP_TOS) {
            setTrafficClass((Integer) value);
        } else if (option == ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION) {
            setActiveOnRegistration((Boolean) value);
        } else {
            final SocketOption<T> other = socket.find(given);
            if (other == null) {
                return super.setOption(option, value);
            }
            socket.option(other, value);
        }
        return true;
    }

    boolean isActiveOnRegistration() {
        return activeOnRegistration;
    }

    private void setActiveOnRegistration(final boolean active) {
        if (channel.isRegistered()) {
            throw new IllegalStateException("Set this option before the channel is registered");
        }
        activeOnRegistration = active;
    }

    @Override
    public int getSendBufferSize() {
        return socket.option(StandardSocketOptions.SO_SNDBUF);
    }

    @Override
    public DatagramChannelConfig setSendBufferSize(final int sendBufferSize) {
        socket.option(StandardSocketOptions.SO_SNDBUF, sendBufferSize);
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return socket.option(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public DatagramChannelConfig setReceiveBufferSize(final int receiveBufferSize) {
        socket.option(StandardSocketOptions.SO_RCVBUF, receiveBufferSize);
        return this;
    }

    @Override
    public int getTrafficClass() {
        return socket.option(StandardSocketOptions.IP_TOS);
    }

    @Override
    public DatagramChannelConfig setTrafficClass(final int trafficClass) {
        socket.option(StandardSocketOptions.IP_TOS, trafficClass);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        final Boolean late = lateReuseAddress;
        return late != null ? late : socket.option(StandardSocketOptions.SO_REUSEADDR);
    }

    /** Lets other sockets have the same address. Only remembered when the socket is bound, as in the JDK. */
    @Override
    public DatagramChannelConfig setReuseAddress(final boolean reuseAddress) {
        if (channel.isBound()) {
            lateReuseAddress = reuseAddress;
            return this;
        }
        socket.option(StandardSocketOptions.SO_REUSEADDR, reuseAddress);
        return this;
    }

    @Override
    public boolean isBroadcast() {
        return socket.option(StandardSocketOptions.SO_BROADCAST);
    }

    @Override
    public DatagramChannelConfig setBroadcast(final boolean broadcast) {
        socket.option(StandardSocketOptions.SO_BROADCAST, broadcast);
        return this;
    }

    @Override
    public boolean isLoopbackModeDisabled() {
        return !socket.option(StandardSocketOptions.IP_MULTICAST_LOOP);
    }

    @Override
    public DatagramChannelConfig setLoopbackModeDisabled(final boolean loopbackModeDisabled) {
        socket.option(StandardSocketOptions.IP_MULTICAST_LOOP, !loopbackModeDisabled);
        return this;
    }

    @Override
    public int getTimeToLive() {
        return socket.option(StandardSocketOptions.IP_MULTICAST_TTL);
    }

    @Override
    public DatagramChannelConfig setTimeToLive(final int ttl) {
        socket.option(StandardSocketOptions.IP_MULTICAST_TTL, ttl);
        return this;
    }

    /** The first address of the interface; null when Windows chooses the interface. */
    @Override
    public InetAddress getInterface() {
        final NetworkInterface chosen = getNetworkInterface();
        return chosen == null ? null : chosen.inetAddresses().findFirst().orElse(null);
    }

    @Override
    public DatagramChannelConfig setInterface(final InetAddress interfaceAddress) {
        final NetworkInterface found;
        try {
            found = NetworkInterface.getByInetAddress(interfaceAddress);
        } catch (final SocketException refused) {
            throw new ChannelException(refused);
        }
        if (found == null) {
            throw new ChannelException("No network interface has the address " + interfaceAddress.getHostAddress());
        }
        return setNetworkInterface(found);
    }

    /** Null when Windows chooses the interface. */
    @Override
    public NetworkInterface getNetworkInterface() {
        return socket.option(StandardSocketOptions.IP_MULTICAST_IF);
    }

    @Override
    public DatagramChannelConfig setNetworkInterface(final NetworkInterface networkInterface) {
        socket.option(StandardSocketOptions.IP_MULTICAST_IF, networkInterface);
        return this;
    }

    @Override
    public DatagramChannelConfig setConnectTimeoutMillis(final int milliseconds) {
        super.setConnectTimeoutMillis(milliseconds);
        return this;
    }

    @Override
    @Deprecated
    public DatagramChannelConfig setMaxMessagesPerRead(final int messages) {
        super.setMaxMessagesPerRead(messages);
        return this;
    }

    @Override
    public DatagramChannelConfig setWriteSpinCount(final int writes) {
        super.setWriteSpinCount(writes);
        return this;
    }

    @Override
    public DatagramChannelConfig setAllocator(final ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public DatagramChannelConfig setRecvByteBufAllocator(final RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public DatagramChannelConfig setAutoRead(final boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public DatagramChannelConfig setAutoClose(final boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    public DatagramChannelConfig setMessageSizeEstimator(final MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    public DatagramChannelConfig setWriteBufferWaterMark(final WriteBufferWaterMark waterMark) {
        super.setWriteBufferWaterMark(waterMark);
        return this;
    }

    @Override
    protected void autoReadCleared() {
        channel.autoReadCleared();
    }
}

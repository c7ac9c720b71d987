package io.github.iocp4j.netty;

import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.util.NetUtil;
import java.util.Map;

/** The options of a server on a Unix-domain socket. */
final class DomainServerConfig extends DefaultChannelConfig {
    private final IocpServerDomainSocketChannel channel;
    private volatile int backlog = NetUtil.SOMAXCONN;

    DomainServerConfig(final IocpServerDomainSocketChannel channel) {
        super(channel, new ServerChannelRecvByteBufAllocator());
        this.channel = channel;
    }

    int backlog() {
        return backlog;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.SO_BACKLOG);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(final ChannelOption<T> option) {
        return option == ChannelOption.SO_BACKLOG ? (T) Integer.valueOf(backlog) : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(final ChannelOption<T> option, final T value) {
        validate(option, value);
        if (option != ChannelOption.SO_BACKLOG) {
            return super.setOption(option, value);
        }
        final int clients = (Integer) value;
        if (clients < 0) {
            throw new IllegalArgumentException("The backlog is " + clients + ", but cannot be negative");
        }
        backlog = clients;
        return true;
    }

    @Override
    protected void autoReadCleared() {
        channel.autoReadCleared();
    }
}

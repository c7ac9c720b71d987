package io.github.iocp4j.netty;

import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import java.util.Map;

/** The options of a pipe server. */
final class PipeServerConfig extends DefaultChannelConfig {
    private static final int MAX_BACKLOG = 1024;
    private static final int DEFAULT_BACKLOG = 16;

    private final IocpNamedPipeServerChannel channel;
    private volatile int backlog = DEFAULT_BACKLOG;
    private volatile int maxConnections = Integer.MAX_VALUE;
    private volatile String securityDescriptor = "";
    private volatile boolean acceptRemoteClients;
    private volatile PipeMode mode = PipeMode.BYTE;

    PipeServerConfig(final IocpNamedPipeServerChannel channel) {
        super(channel, new ServerChannelRecvByteBufAllocator());
        this.channel = channel;
    }

    int backlog() {
        return backlog;
    }

    int maxConnections() {
        return maxConnections;
    }

    PipeMode mode() {
        return mode;
    }

    NamedPipeServer.Builder apply(final NamedPipeServer.Builder builder) {
        if (!securityDescriptor.isEmpty()) {
            builder.securityDescriptor(securityDescriptor);
        }
        if (acceptRemoteClients) {
            builder.acceptRemoteClients();
        }
        return builder;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.SO_BACKLOG, IocpChannelOption.PIPE_SECURITY_DESCRIPTOR,
                IocpChannelOption.PIPE_ACCEPT_REMOTE_CLIENTS, IocpChannelOption.PIPE_MAX_CONNECTIONS,
                IocpChannelOption.PIPE_MODE);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(final ChannelOption<T> option) {
        if (option == ChannelOption.SO_BACKLOG) {
            return (T) Integer.valueOf(backlog);
        } else if (option == IocpChannelOption.PIPE_MAX_CONNECTIONS) {
            return (T) Integer.valueOf(maxConnections);
        } else if (option == IocpChannelOption.PIPE_SECURITY_DESCRIPTOR) {
            return (T) securityDescriptor;
        } else if (option == IocpChannelOption.PIPE_ACCEPT_REMOTE_CLIENTS) {
            return (T) Boolean.valueOf(acceptRemoteClients);
        } else if (option == IocpChannelOption.PIPE_MODE) {
            return (T) mode;
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(final ChannelOption<T> option, final T value) {
        validate(option, value);
        if (option == ChannelOption.SO_BACKLOG) {
            // Programs set values that suit TCP. A bootstrap would only log a refusal.
            final int clients = atLeast(0, option, (Integer) value);
            backlog = clients == 0 ? DEFAULT_BACKLOG : Math.min(clients, MAX_BACKLOG);
        } else if (option == IocpChannelOption.PIPE_MAX_CONNECTIONS) {
            maxConnections = atLeast(1, option, (Integer) value);
        } else if (option == IocpChannelOption.PIPE_SECURITY_DESCRIPTOR) {
            checkUnbound(option);
            securityDescriptor = (String) value;
        } else if (option == IocpChannelOption.PIPE_ACCEPT_REMOTE_CLIENTS) {
            checkUnbound(option);
            acceptRemoteClients = (Boolean) value;
        } else if (option == IocpChannelOption.PIPE_MODE) {
            checkUnbound(option);
            mode = (PipeMode) value;
        } else {
            return super.setOption(option, value);
        }
        return true;
    }

    @Override
    protected void autoReadCleared() {
        channel.autoReadCleared();
    }

    private void checkUnbound(final ChannelOption<?> option) {
        if (channel.device() != null) {
            throw new IllegalStateException(
                    "Set " + option.name() + " before the bind: the pipe keeps what it was created with");
        }
    }

    private static int atLeast(final int least, final ChannelOption<?> option, final int value) {
        if (value < least) {
            throw new IllegalArgumentException(option.name() + " is " + value + ", but must be at least " + least);
        }
        return value;
    }
}

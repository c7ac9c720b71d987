package io.github.iocp4j.netty;

import io.github.iocp4j.pipe.ImpersonationLevel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import java.util.Map;

/** The options of a connection over a pipe. */
final class PipeConfig extends DefaultChannelConfig {
    private final IocpNamedPipeChannel channel;
    private volatile ImpersonationLevel impersonationLevel = ImpersonationLevel.IDENTIFICATION;

    PipeConfig(final IocpNamedPipeChannel channel) {
        super(channel);
        this.channel = channel;
    }

    ImpersonationLevel impersonationLevel() {
        return impersonationLevel;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), IocpChannelOption.PIPE_IMPERSONATION_LEVEL);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(final ChannelOption<T> option) {
        return option == IocpChannelOption.PIPE_IMPERSONATION_LEVEL
                ? (T) impersonationLevel : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(final ChannelOption<T> option, final T value) {
        validate(option, value);
        if (option == IocpChannelOption.PIPE_IMPERSONATION_LEVEL) {
            impersonationLevel = (ImpersonationLevel) value;
            return true;
        }
        if (option == ChannelOption.SO_KEEPALIVE) {
            // gRPC sets it on every channel. A pipe reports the end of its peer without it.
            return true;
        }
        return super.setOption(option, value);
    }

    @Override
    protected void autoReadCleared() {
        channel.autoReadCleared();
    }
}

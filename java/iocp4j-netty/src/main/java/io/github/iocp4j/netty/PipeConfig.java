package io.github.iocp4j.netty;

import io.github.iocp4j.pipe.ImpersonationLevel;
import io.github.iocp4j.pipe.PipeMode;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import java.util.Map;

/** The options of a connection over a pipe. */
final class PipeConfig extends DefaultChannelConfig {
    private final IocpNamedPipeChannel channel;
    private volatile ImpersonationLevel impersonationLevel = ImpersonationLevel.IDENTIFICATION;
    private volatile PipeMode mode = PipeMode.BYTE;
    private volatile boolean zeroByteReads;

    PipeConfig(final IocpNamedPipeChannel channel) {
        super(channel);
        this.channel = channel;
    }

    ImpersonationLevel impersonationLevel() {
        return impersonationLevel;
    }

    PipeMode mode() {
        return mode;
    }

    /** Of a connection that a server has accepted. */
    void acceptedIn(final PipeMode serverMode) {
        mode = serverMode;
    }

    boolean isZeroByteReads() {
        return zeroByteReads;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), IocpChannelOption.PIPE_IMPERSONATION_LEVEL,
                IocpChannelOption.PIPE_MODE, IocpChannelOption.ZERO_BYTE_READS);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(final ChannelOption<T> option) {
        if (option == IocpChannelOption.PIPE_IMPERSONATION_LEVEL) {
            return (T) impersonationLevel;
        } else if (option == IocpChannelOption.PIPE_MODE) {
            return (T) mode;
        } else if (option == IocpChannelOption.ZERO_BYTE_READS) {
            return (T) Boolean.valueOf(zeroByteReads);
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(final ChannelOption<T> option, final T value) {
        validate(option, value);
        if (option == IocpChannelOption.PIPE_IMPERSONATION_LEVEL) {
            impersonationLevel = (ImpersonationLevel) value;
        } else if (option == IocpChannelOption.PIPE_MODE) {
            if (channel.device() != null || channel.isActive()) {
                throw new IllegalStateException("A connection keeps the mode that it was connected or accepted in");
            }
            mode = (PipeMode) value;
        } else if (option == IocpChannelOption.ZERO_BYTE_READS) {
            zeroByteReads = (Boolean) value;
        } else if (option != ChannelOption.SO_KEEPALIVE) {
            // gRPC sets SO_KEEPALIVE on every channel. A pipe reports the end of its peer without it.
            return super.setOption(option, value);
        }
        return true;
    }

    @Override
    protected void autoReadCleared() {
        channel.autoReadCleared();
    }
}

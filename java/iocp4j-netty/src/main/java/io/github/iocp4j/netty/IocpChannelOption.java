package io.github.iocp4j.netty;

import io.github.iocp4j.pipe.ImpersonationLevel;
import io.netty.channel.ChannelOption;

/** The options that only this transport has. */
public final class IocpChannelOption {
    /**
     * Of an {@link IocpNamedPipeServerChannel}: the users that may connect, in the security descriptor definition
     * language; see {@link io.github.iocp4j.pipe.NamedPipeServer.Builder#securityDescriptor}. Default: only the current
     * user, administrators and SYSTEM.
     */
    public static final ChannelOption<String> PIPE_SECURITY_DESCRIPTOR = option("PIPE_SECURITY_DESCRIPTOR");

    /**
     * Of an {@link IocpNamedPipeServerChannel}: whether clients on other machines may connect. Default: false.
     */
    public static final ChannelOption<Boolean> PIPE_ACCEPT_REMOTE_CLIENTS = option("PIPE_ACCEPT_REMOTE_CLIENTS");

    /**
     * Of an {@link IocpNamedPipeServerChannel}: how many connections there may be at the same time, at least 1. Further
     * clients find the pipe busy. Default: no limit.
     */
    public static final ChannelOption<Integer> PIPE_MAX_CONNECTIONS = option("PIPE_MAX_CONNECTIONS");

    /**
     * Of an {@link IocpNamedPipeChannel}: what the server may do with this process's identity. Raise it only for a
     * trusted server. Default: {@link ImpersonationLevel#IDENTIFICATION}.
     */
    public static final ChannelOption<ImpersonationLevel> PIPE_IMPERSONATION_LEVEL =
            option("PIPE_IMPERSONATION_LEVEL");

    private IocpChannelOption() {
    }

    private static <T> ChannelOption<T> option(final String name) {
        return ChannelOption.valueOf(IocpChannelOption.class, name);
    }
}

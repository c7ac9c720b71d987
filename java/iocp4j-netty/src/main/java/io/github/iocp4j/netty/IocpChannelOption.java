package io.github.iocp4j.netty;

import io.github.iocp4j.pipe.ImpersonationLevel;
import io.github.iocp4j.pipe.PipeMode;
import io.netty.channel.ChannelOption;

/** The options that only this transport has. */
public final class IocpChannelOption {
    /**
     * Of a TCP connection with {@link ChannelOption#SO_KEEPALIVE}: how long it is silent before Windows sends the first
     * probe, in seconds from 1 on. Since Windows 10 version 1709.
     */
    public static final ChannelOption<Integer> TCP_KEEPIDLE = option("TCP_KEEPIDLE");

    /** Of a TCP connection: the time between probes that are not answered, in seconds from 1 on. Since version 1709. */
    public static final ChannelOption<Integer> TCP_KEEPINTVL = option("TCP_KEEPINTVL");

    /**
     * Of a TCP connection: the number of probes without an answer after which Windows resets the connection, from 1 to
     * 255. Since version 1703.
     */
    public static final ChannelOption<Integer> TCP_KEEPCNT = option("TCP_KEEPCNT");

    /**
     * Of a TCP connection: whether it copies {@link io.netty.channel.FileRegion}s, instead of having Windows send them
     * ({@code TransmitFile}). Client editions of Windows process two such operations at the same time in the whole
     * system, and queue others; set this there if many connections send files. Default: false.
     */
    public static final ChannelOption<Boolean> COPY_FILE_REGIONS = option("COPY_FILE_REGIONS");

    /**
     * Of a TCP connection or a pipe: whether a read of 0 bytes always waits for data, and the read into a buffer
     * follows. An idle connection then occupies no buffer, but each read takes two operations. Default: false. A TCP
     * connection does so nevertheless while no data has come, or if the last data came more than five seconds after the
     * data before it.
     */
    public static final ChannelOption<Boolean> ZERO_BYTE_READS = option("ZERO_BYTE_READS");

    /**
     * Of an {@link IocpNamedPipeServerChannel} and an {@link IocpNamedPipeChannel} that connects: whether they transfer
     * bytes or {@link NamedPipeMessage}s. A connection that a server accepts has the server's mode. After the bind or
     * connect it throws an {@link IllegalStateException}. Default: {@link PipeMode#BYTE}.
     */
    public static final ChannelOption<PipeMode> PIPE_MODE = option("PIPE_MODE");

    /**
     * Of an {@link IocpNamedPipeServerChannel}: the users that may connect, in the security descriptor definition
     * language; see {@link io.github.iocp4j.pipe.NamedPipeServer.Builder#securityDescriptor}. Default: only the current
     * user, administrators and SYSTEM. After the bind it throws an {@link IllegalStateException}.
     */
    public static final ChannelOption<String> PIPE_SECURITY_DESCRIPTOR = option("PIPE_SECURITY_DESCRIPTOR");

    /**
     * Of an {@link IocpNamedPipeServerChannel}: whether clients on other machines may connect. After the bind it
     * throws an {@link IllegalStateException}. Default: false.
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

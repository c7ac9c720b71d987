package io.github.iocp4j.nio;

import io.github.iocp4j.pipe.ImpersonationLevel;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.net.SocketOption;
import java.time.Duration;
import java.util.function.IntPredicate;

/**
 * The options of channels over named pipes, see {@link NamedPipeChannels}. They are set before the channel is bound or
 * connected. A server has {@link java.net.StandardSocketOptions#SO_RCVBUF} and
 * {@link java.net.StandardSocketOptions#SO_SNDBUF}, too: the sizes of the kernel's buffers of each connection.
 */
public final class NamedPipeOptions {
    /**
     * For servers and clients: byte mode or message mode. In message mode, each write is one message, and each read
     * takes one message, or as much of it as the buffers have room for; see {@link #MESSAGE_CONTINUES}. A client in
     * message mode can only connect to a server in message mode. Default: {@link PipeMode#BYTE}.
     */
    public static final SocketOption<PipeMode> MODE = new Option<>("MODE", PipeMode.class);

    /**
     * For servers: the users that may connect, as a security descriptor in SDDL; see
     * {@link NamedPipeServer.Builder#securityDescriptor}. Default: only the current user, administrators and SYSTEM;
     * its value is then empty.
     */
    public static final SocketOption<String> SECURITY_DESCRIPTOR = new Option<>("SECURITY_DESCRIPTOR", String.class);

    /**
     * For servers: how many connections there may be at a time, from 1 to 254. While there are so many, an accept fails
     * with {@code ERROR_PIPE_BUSY}, and clients wait. Default: no limit; its value is then 255.
     */
    public static final SocketOption<Integer> MAX_CONNECTIONS = new Option<>("MAX_CONNECTIONS", Integer.class);

    /** For servers: whether clients on other machines may connect. Default: false. */
    public static final SocketOption<Boolean> REMOTE_CLIENTS = new Option<>("REMOTE_CLIENTS", Boolean.class);

    /**
     * For clients: what the server may do with this process's identity. Raise it only for a trusted server. Default:
     * {@link ImpersonationLevel#IDENTIFICATION}.
     */
    public static final SocketOption<ImpersonationLevel> IMPERSONATION =
            new Option<>("IMPERSONATION", ImpersonationLevel.class);

    /**
     * For clients: a check of the server's process id, because any program could have created a pipe of that name. If
     * it returns false or throws an exception, the connect fails and nothing is written to the server. A thread of the
     * group calls it, so it must not block. The process id is 0 when Windows does not know it, as for a server on
     * another machine. Default: every server is accepted.
     */
    public static final SocketOption<IntPredicate> SERVER_CHECK = new Option<>("SERVER_CHECK", IntPredicate.class);

    /**
     * For clients: how long a connect waits while all instances of the pipe are busy. Zero for one attempt only.
     * Default: 10 seconds.
     */
    public static final SocketOption<Duration> CONNECT_TIMEOUT = new Option<>("CONNECT_TIMEOUT", Duration.class);

    /**
     * Of a connected channel, read only: the process at the other end; 0 when Windows does not know it. Before the
     * connect: 0.
     */
    public static final SocketOption<Integer> PEER_PROCESS_ID = new Option<>("PEER_PROCESS_ID", Integer.class);

    /**
     * Of a channel in message mode, read only: whether the last read had no room for the rest of its message, which the
     * next read continues.
     */
    public static final SocketOption<Boolean> MESSAGE_CONTINUES = new Option<>("MESSAGE_CONTINUES", Boolean.class);

    private NamedPipeOptions() {
    }

    private static final class Option<T> implements SocketOption<T> {
        private final String name;
        private final Class<T> type;

        Option(final String name, final Class<T> type) {
            this.name = name;
            this.type = type;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Class<T> type() {
            return type;
        }

        @Override
        public String toString() {
            return name;
        }
    }
}

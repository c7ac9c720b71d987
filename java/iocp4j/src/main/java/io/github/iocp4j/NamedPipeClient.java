package io.github.iocp4j;

import java.time.Duration;
import java.util.Objects;

/**
 * Connects to named pipes that others serve.
 */
public final class NamedPipeClient {
    private NamedPipeClient() {
    }

    /**
     * Starts the description of a connection.
     *
     * @param port receives everything that happens on the connection
     * @param name {@code \\.\pipe\NAME}, only {@code NAME}, or {@code \\SERVER\pipe\NAME}
     * @return a builder with the defaults that its methods tell
     * @throws IllegalArgumentException when that cannot be the name of a pipe
     */
    public static Builder builder(final CompletionPort port, final String name) {
        return new Builder(Objects.requireNonNull(port, "port"), PipeNames.complete(name));
    }

    /**
     * Describes a connection.
     */
    public static final class Builder {
        private final CompletionPort port;
        private final String name;
        private PipeDirection direction = PipeDirection.DUPLEX;
        private PipeMode mode = PipeMode.BYTE;
        private ImpersonationLevel impersonation = ImpersonationLevel.IDENTIFICATION;
        private Duration timeout = Duration.ofSeconds(10);

        private Builder(final CompletionPort port, final String name) {
            this.port = port;
            this.name = name;
        }

        /**
         * Which way data goes, seen from the client. Default: {@link PipeDirection#DUPLEX}.
         *
         * @param way the direction
         * @return this
         */
        public Builder direction(final PipeDirection way) {
            direction = Objects.requireNonNull(way, "direction");
            return this;
        }

        /**
         * How the client reads. {@link PipeMode#MESSAGE} is possible only where the server's pipe has that type, and
         * not for a client that only writes. Default: {@link PipeMode#BYTE}.
         *
         * @param readMode the mode ({@code SetNamedPipeHandleState})
         * @return this
         */
        public Builder mode(final PipeMode readMode) {
            mode = Objects.requireNonNull(readMode, "mode");
            return this;
        }

        /**
         * What the server may do in this process's name ({@code SECURITY_SQOS_PRESENT}). Raise it only for a server
         * that is trusted. Default: {@link ImpersonationLevel#IDENTIFICATION}.
         *
         * @param level the level
         * @return this
         */
        public Builder impersonation(final ImpersonationLevel level) {
            impersonation = Objects.requireNonNull(level, "level");
            return this;
        }

        /**
         * How long to wait while all instances of the pipe are busy. Default: 10 seconds.
         *
         * @param limit zero for one attempt only
         * @return this
         */
        public Builder timeout(final Duration limit) {
            Timeouts.milliseconds(limit);
            timeout = limit;
            return this;
        }

        /**
         * Connects ({@code CreateFileW}, {@code WaitNamedPipeW} while the pipe is busy). The
         * calling thread waits; it is best not a worker of the port. A virtual thread parks and does not pin its
         * carrier. An interrupt does not end the wait, closing the port does.
         *
         * @return the connection
         * @throws Win32Exception {@link Win32Error#FILE_NOT_FOUND} when nobody serves the pipe,
         *     {@link Win32Error#PIPE_BUSY} when no instance became free in time, {@link Win32Error#ACCESS_DENIED} when
         *     its server does not let us in or not in that direction, or another code of {@code CreateFileW}
         * @throws PortClosedException when the port is closed or closing
         */
        public NamedPipe connect() throws Win32Exception {
            final long answer = OffCarrier.call(() -> NamedPipeNative.connect(port.id(), name, direction.code(),
                    mode == PipeMode.MESSAGE, impersonation.ordinal(), Timeouts.milliseconds(timeout)));
            final long key = Refusal.key(answer, "CreateFile " + name + hint(answer), port);
            return port.register(new NamedPipe(port, key, NamedPipeNative.serverProcessId(key)));
        }

        private String hint(final long answer) {
            switch (Refusal.win32Error(answer)) {
                case Win32Error.FILE_NOT_FOUND:
                    return " (nobody serves that pipe)";
                case Win32Error.ACCESS_DENIED:
                    return " (its server does not let this user in, or not for " + direction + ')';
                case Win32Error.INVALID_PARAMETER:
                    return mode == PipeMode.MESSAGE ? " (perhaps it is no pipe of messages)" : "";
                default:
                    return "";
            }
        }
    }
}

package io.github.iocp4j.pipe;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.NamedPipeNative;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Timeouts;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Connects to named pipes.
 */
public final class NamedPipeClient {
    private NamedPipeClient() {
    }

    /**
     * Starts to configure a connection.
     *
     * @param port receives the completions of the connection
     * @param name {@code NAME} or {@code \\.\pipe\NAME}, or another spelling that {@link NamedPipeAddress} knows
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the name is not valid for a pipe on this machine
     */
    public static Builder builder(final CompletionPort port, final String name) {
        return builder(port, NamedPipeAddress.of(name));
    }

    /**
     * Starts to configure a connection, also to another machine ({@link NamedPipeAddress#ofLocalOrRemote}).
     *
     * @param port receives the completions of the connection
     * @param address the address of the pipe
     * @return a builder with the defaults that its methods document
     */
    public static Builder builder(final CompletionPort port, final NamedPipeAddress address) {
        return new Builder(Objects.requireNonNull(port, "port"), address.path());
    }

    /**
     * Configures a connection.
     */
    public static final class Builder {
        /** The interval at which a waiting thread checks for an interrupt. */
        private static final int LONGEST_WAIT_MILLISECONDS = 50;

        private final CompletionPort port;
        private final String name;
        private PipeDirection direction = PipeDirection.DUPLEX;
        private PipeMode mode = PipeMode.BYTE;
        private ImpersonationLevel impersonation = ImpersonationLevel.IDENTIFICATION;
        private Duration timeout = Duration.ofSeconds(10);
        private Object attachment;

        private Builder(final CompletionPort port, final String name) {
            this.port = port;
            this.name = name;
        }

        /**
         * The direction of the data, seen from the client. Default: {@link PipeDirection#DUPLEX}.
         *
         * @param way the direction
         * @return this
         */
        public Builder direction(final PipeDirection way) {
            direction = Objects.requireNonNull(way, "direction");
            return this;
        }

        /**
         * The mode in which the client reads. {@link PipeMode#MESSAGE} requires a message-mode pipe, and a client that
         * can read. Default: {@link PipeMode#BYTE}.
         *
         * @param readMode the mode ({@code SetNamedPipeHandleState})
         * @return this
         */
        public Builder mode(final PipeMode readMode) {
            mode = Objects.requireNonNull(readMode, "mode");
            return this;
        }

        /**
         * What the server may do with this process's identity ({@code SECURITY_SQOS_PRESENT}). Raise it only for a
         * trusted server. Default: {@link ImpersonationLevel#IDENTIFICATION}.
         *
         * @param level the level
         * @return this
         */
        public Builder impersonation(final ImpersonationLevel level) {
            impersonation = Objects.requireNonNull(level, "level");
            return this;
        }

        /**
         * How long to wait while all instances of the pipe are busy. The wait continues if the pipe disappears in the
         * meantime, because some servers have no instance for a moment. If the pipe is missing at the first attempt,
         * the connect fails at once. Default: 10 seconds.
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
         * The {@link Device#attachment}, which is set before the first completion. Default: none.
         *
         * @param object the object, or null for none
         * @return this
         */
        public Builder attach(final Object object) {
            attachment = object;
            return this;
        }

        /**
         * Connects ({@code CreateFileW}, {@code WaitNamedPipeW} while the pipe is busy). The calling thread waits; do
         * not call this on a worker of the port. A virtual thread parks and does not pin its carrier.
         * {@link Thread#interrupt} ends the wait within about 100 milliseconds; the thread's interrupt status stays
         * set. If the pipe is not busy, an interrupted thread still connects. Closing the port also ends the wait.
         *
         * @return the connection
         * @throws Win32Exception {@link Win32Error#FILE_NOT_FOUND} when there is no such pipe, or when a busy pipe has
         *     disappeared and the timeout has passed; {@link Win32Error#PIPE_BUSY} when no instance became free in
         *     time; {@link Win32Error#OPERATION_ABORTED} when the thread is interrupted while it waits;
         *     {@link Win32Error#ACCESS_DENIED} when the server does not allow this user or this direction;
         *     {@link Win32Error#INVALID_NAME} when the name is not that of a pipe; or another code of
         *     {@code CreateFileW}
         * @throws PortClosedException when the port is closed or closing
         */
        public NamedPipe connect() throws Win32Exception {
            final long answer = attempts();
            final long key = EngineError.key(answer, "CreateFile " + name + hint(answer), port);
            final NamedPipe pipe = new NamedPipe(port, key, NamedPipeNative.serverProcessId(key));
            pipe.attach(attachment);
            return PortAccess.get().register(port, pipe);
        }

        /** Waits in short native calls, so that an interrupt ends the wait. */
        private long attempts() throws Win32Exception {
            final long limit = TimeUnit.MILLISECONDS.toNanos(Timeouts.milliseconds(timeout));
            final long start = System.nanoTime();
            boolean wasBusy = false;
            int wait = 0;
            while (true) {
                final long answer = attempt(wait, wasBusy);
                final int error = EngineError.win32Error(answer);
                wasBusy |= error == Win32Error.PIPE_BUSY;
                final boolean mayPass = wasBusy
                        && (error == Win32Error.PIPE_BUSY || error == Win32Error.FILE_NOT_FOUND);
                final long left = limit - (System.nanoTime() - start);
                if (!mayPass || left <= 0) {
                    return answer;
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new Win32Exception("CreateFile " + name + " (interrupted while it waited for the pipe)",
                            Win32Error.OPERATION_ABORTED);
                }
                wait = (int) Math.min(TimeUnit.NANOSECONDS.toMillis(left) + 1, LONGEST_WAIT_MILLISECONDS);
            }
        }

        /** Waits for an instance, at most that many milliseconds, then tries once to open the pipe. */
        private long attempt(final int wait, final boolean wasBusy) {
            return OffCarrier.call(() -> NamedPipeNative.connect(PortAccess.get().id(port), name, direction.code(),
                    mode == PipeMode.MESSAGE, impersonation.ordinal(), wait, wasBusy));
        }

        private String hint(final long answer) {
            switch (EngineError.win32Error(answer)) {
                case Win32Error.FILE_NOT_FOUND:
                    return " (there is no server for that pipe)";
                case Win32Error.INVALID_NAME:
                    return " (that is not the name of a pipe)";
                case Win32Error.ACCESS_DENIED:
                    return " (its server does not admit this user, or not for " + direction + ')';
                case Win32Error.INVALID_PARAMETER:
                    return mode == PipeMode.MESSAGE ? " (perhaps it is not a message-mode pipe)" : "";
                default:
                    return "";
            }
        }
    }
}

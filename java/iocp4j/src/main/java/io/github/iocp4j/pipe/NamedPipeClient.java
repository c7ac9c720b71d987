package io.github.iocp4j.pipe;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.NamedPipeNative;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.PipeConnect;
import io.github.iocp4j.internal.PipeNames;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Timeouts;
import java.time.Duration;
import java.util.Objects;

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
        private final CompletionPort port;
        private final String name;
        private PipeDirection direction = PipeDirection.DUPLEX;
        private PipeMode mode = PipeMode.BYTE;
        private ImpersonationLevel impersonation = ImpersonationLevel.IDENTIFICATION;
        private int timeout = 10_000;
        private boolean waitForServer;
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
         * the connect fails at once, unless {@link #waitForServer} is set. Default: 10 seconds.
         *
         * @param limit zero for one attempt only
         * @return this
         */
        public Builder timeout(final Duration limit) {
            timeout = Timeouts.milliseconds(limit);
            return this;
        }

        /**
         * Also waits while the pipe does not exist, up to the {@link #timeout}. Windows does not report the creation of
         * a pipe; therefore a timer tries again, at most every 20 milliseconds. Default: a connect to a pipe that does
         * not exist fails at once.
         *
         * @return this
         */
        public Builder waitForServer() {
            waitForServer = true;
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
         * Connects ({@code CreateFileW}). While the pipe is busy, the calling thread parks, and a virtual thread does
         * not pin its carrier. The wait does not depend on the threads of the port. {@link Thread#interrupt} ends it;
         * the thread's interrupt status stays set. If the pipe is not busy, an interrupted thread still connects.
         * Closing the port also ends the wait. Do not call this on a worker of the port: it would be missing
         * meanwhile. {@link #connect(long)} does not wait.
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
            final NamedPipe pipe = openUnconnected();
            try {
                final long answer = connected(pipe);
                EngineError.key(answer, "CreateFile " + name + hint(answer), port);
            } catch (final Win32Exception | RuntimeException failed) {
                pipe.close(Duration.ZERO);
                throw failed;
            }
            pipe.peerProcessId();
            return pipe;
        }

        /**
         * Starts to connect. The pipe can be used when its {@link Opcode#CONNECT} has completed with success; until
         * then its operations complete with {@link Win32Error#PIPE_NOT_CONNECTED}. If it completes with an error, close
         * the pipe. The connect takes no thread while it waits: any number may be in flight, and those to one pipe are
         * connected in the order of their calls. {@link Device#cancelAll(Opcode)} and {@link NamedPipe#close} end it;
         * the method returns the pipe, and not an id, because each pipe has one connect only.
         *
         * <p>The status tells why there is no connection: {@link Win32Error#PIPE_BUSY} when the {@link #timeout} is
         * zero and all instances are busy; {@link Win32Error#FILE_NOT_FOUND} when there is no such pipe;
         * {@link Win32Error#TIMEOUT} when the timeout has passed, with one of those two codes as
         * {@link Completion#detail}; {@link Win32Error#ACCESS_DENIED} when the server does not allow this user or this
         * direction; or another code of {@code CreateFileW}. After success, the detail is the server's process id.
         *
         * <p>Windows opens a pipe on this machine without a wait. To reach another machine may take it seconds, during
         * which this call blocks.
         *
         * @param token any number; {@link Completion#token} of that completion returns it
         * @return the pipe, not yet connected
         * @throws PortClosedException when the port is closed or closing
         * @throws OperationLimitException when the port's ceiling of operations in flight is reached
         */
        public NamedPipe connect(final long token) {
            final NamedPipe pipe = openUnconnected();
            final int deadline = timeout == 0 ? Timeouts.NO_DEADLINE : timeout;
            try {
                PortAccess.get().accepted(pipe, NamedPipeNative.startConnect(pipe.key(), token, deadline));
            } catch (final RuntimeException refused) {
                pipe.close(Duration.ZERO);
                throw refused;
            }
            return pipe;
        }

        private NamedPipe openUnconnected() {
            final long key = NamedPipeNative.openClient(PortAccess.get().id(port), name, direction.code(),
                    mode == PipeMode.MESSAGE, impersonation.ordinal(), timeout > 0, waitForServer);
            if (key < 0) {
                throw EngineError.of(key).exception(port);
            }
            final NamedPipe pipe = new NamedPipe(port, key);
            pipe.attach(attachment);
            return PortAccess.get().register(port, pipe);
        }

        /** Waits until the pipe is connected. Returns 1, or a negated error. */
        private long connected(final NamedPipe pipe) throws Win32Exception {
            final PipeConnect connect = new PipeConnect();
            // An attempt may take long when the pipe is on another machine.
            final long answer = OffCarrier.isNeeded()
                    ? OffCarrier.call(() -> NamedPipeNative.connect(pipe.key(), connect))
                    : NamedPipeNative.connect(pipe.key(), connect);
            if (answer != 0) {
                return closedWith(answer);
            }
            boolean interrupted = false;
            boolean late = false;
            try {
                late = !connect.await(timeout);
            } catch (final InterruptedException stop) {
                interrupted = true;
            }
            if (late || interrupted) {
                pipe.close(Duration.ZERO);
                connect.await();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
                throw new Win32Exception("CreateFile " + name + " (interrupted while it waited for the pipe)",
                        Win32Error.OPERATION_ABORTED);
            }
            if (late) {
                // An instance that has become free during the cancel is given back.
                return connect.last() == Win32Error.SUCCESS ? -Win32Error.PIPE_BUSY : -connect.last();
            }
            return connect.error() == Win32Error.SUCCESS ? 1 : closedWith(-connect.error());
        }

        /** Only the close of the port closes the pipe during the connect. */
        private static long closedWith(final long answer) {
            final boolean closed = answer == -Win32Error.OPERATION_ABORTED
                    || EngineError.of(answer) == EngineError.DEVICE_CLOSED;
            return closed ? -EngineError.PORT_CLOSED.code() : answer;
        }

        private String hint(final long answer) {
            final int error = EngineError.win32Error(answer);
            switch (error) {
                case Win32Error.FILE_NOT_FOUND:
                    return waitForServer ? " (no server for that pipe has come in time)" : PipeNames.connectHint(error);
                case Win32Error.INVALID_NAME:
                    return " (that is not the name of a pipe)";
                case Win32Error.ACCESS_DENIED:
                    return " (its server does not admit this user, or not for " + direction + ')';
                case Win32Error.INVALID_PARAMETER:
                    return mode == PipeMode.MESSAGE ? PipeNames.connectHint(error) : "";
                default:
                    return "";
            }
        }
    }
}

package io.github.iocp4j.pipe;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.NamedPipeNative;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PipeNames;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Ranges;
import io.github.iocp4j.internal.SecurityDescriptors;
import io.github.iocp4j.internal.Timeouts;
import java.time.Duration;
import java.util.Objects;

/**
 * A named-pipe server.
 *
 * <p>Several instances of the pipe wait for clients at any time. When a client connects to an instance, native code
 * creates another one before it calls the listener, so that many clients can connect in a short time. Each connection
 * arrives at the listener as a completion with opcode {@link Opcode#ACCEPT}, whose {@link CompletionBatch#device} is
 * the new {@link NamedPipe}. Closing the server closes the waiting instances; its connections stay open until they are
 * closed.
 *
 * <p>The server owns the name from {@link Builder#open} until the server is closed and its last connection has ended.
 * During that time, no other process can take the name, and a client may find the pipe busy, but never missing.
 */
public final class NamedPipeServer extends Device {
    static {
        PortAccess.get().connections(DeviceKind.PIPE, NamedPipe::new);
        PortAccess.get().detachedConnections(DeviceKind.PIPE, DetachedPipe::new);
    }

    private final boolean onDemand;

    private NamedPipeServer(final CompletionPort port, final long key, final String name, final boolean onDemand) {
        super(new OpenedDevice(port, key, name));
        this.onDemand = onDemand;
    }

    /**
     * Starts to configure a pipe server.
     *
     * @param port receives the connections and their completions
     * @param name {@code NAME} or {@code \\.\pipe\NAME}, or another spelling that {@link NamedPipeAddress} knows
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the name is not valid for a local pipe
     */
    public static Builder builder(final CompletionPort port, final String name) {
        return new Builder(Objects.requireNonNull(port, "port"), PipeNames.local(name));
    }

    /**
     * Starts to configure a pipe server.
     *
     * @param port receives the connections and their completions
     * @param address a pipe on this machine
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the address is one of another machine
     */
    public static Builder builder(final CompletionPort port, final NamedPipeAddress address) {
        return new Builder(Objects.requireNonNull(port, "port"), PipeNames.local(address.path()));
    }

    /**
     * Starts one accept ({@code ConnectNamedPipe}) on a server that accepts on demand: see {@link Builder#listening}.
     * It completes once with opcode {@link Opcode#ACCEPT}. After success, {@link CompletionBatch#device} is the new
     * connection; after a failure it is the server. The status is {@link Win32Error#PIPE_BUSY} while
     * {@link Builder#maxInstances} connections are open. When the server is closed, the accept completes with
     * {@link Win32Error#HANDLES_CLOSED}.
     *
     * @param token any number; {@link io.github.iocp4j.Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws UnsupportedOperationException when the server keeps instances waiting itself
     * @throws DeviceClosedException when the server is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long accept(final long token) {
        return accept(token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts one accept as {@link #accept(long)} does, with a deadline, after which it is cancelled and completes with
     * {@link Win32Error#TIMEOUT}.
     *
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link io.github.iocp4j.Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long accept(final Duration timeout, final long token) {
        return accept(token, Timeouts.deadline(timeout));
    }

    private long accept(final long token, final int milliseconds) {
        if (!onDemand) {
            throw new UnsupportedOperationException(
                    this + " keeps instances waiting itself: build it with listening(0) to accept on demand");
        }
        return PortAccess.get().accepted(this, NamedPipeNative.accept(key(), token, milliseconds));
    }

    /**
     * Configures a pipe server.
     */
    public static final class Builder {
        private static final int ADAPTIVE = -1;
        private static final int DETACHED_LISTENING = 4;
        private static final int MAX_BUFFER = 1 << 24;
        private static final int UNLIMITED_INSTANCES = 255;

        private final CompletionPort port;
        private final String name;
        private PipeDirection direction = PipeDirection.DUPLEX;
        private PipeMode mode = PipeMode.BYTE;
        private int inBuffer = 65_536;
        private int outBuffer = 65_536;
        private int listening = ADAPTIVE;
        private boolean detached;
        private int maxInstances = UNLIMITED_INSTANCES;
        private boolean acceptRemote;
        private String securityDescriptor = "";
        private long token;
        private Object attachment;

        private Builder(final CompletionPort port, final String name) {
            this.port = port;
            this.name = name;
        }

        /**
         * The direction of the data, seen from the server. Default: {@link PipeDirection#DUPLEX}.
         *
         * @param way the direction
         * @return this
         */
        public Builder direction(final PipeDirection way) {
            direction = Objects.requireNonNull(way, "direction");
            return this;
        }

        /**
         * Byte mode or message mode. Default: {@link PipeMode#BYTE}.
         *
         * @param pipeMode the type of the pipe, and how the server reads it
         * @return this
         */
        public Builder mode(final PipeMode pipeMode) {
            mode = Objects.requireNonNull(pipeMode, "mode");
            return this;
        }

        /**
         * The sizes of the kernel's buffers of each connection. They are a hint, which Windows rounds; with 0, every
         * write waits for a read. Default: 65 536 bytes for each direction.
         *
         * @param fromClient bytes, from 0 to 16 MiB
         * @param toClient bytes, from 0 to 16 MiB
         * @return this
         */
        public Builder buffers(final int fromClient, final int toClient) {
            inBuffer = Ranges.inRange("The buffer from the client", fromClient, 0, MAX_BUFFER);
            outBuffer = Ranges.inRange("The buffer to the client", toClient, 0, MAX_BUFFER);
            return this;
        }

        /**
         * The number of instances that wait for clients at any time. If no instance is waiting, a client gets
         * {@link Win32Error#PIPE_BUSY}. A worker creates the next instance when it dequeues a new connection; while
         * every worker is in the listener, no instance is created. Therefore, if the listener blocks, set as many
         * instances as clients may connect during that time.
         *
         * <p>Default: 4. After clients have taken half of them at once, 256, or an eighth of the port's ceiling of
         * operations if that is less. It is never more than {@link #maxInstances}. After a second with less than 4
         * clients, an instance that a client takes is not replaced until less than 4 wait. An outbound server keeps 4,
         * because Windows does not tell it which of its instances have clients. A number that is set here stays as it
         * is.
         *
         * <p>With 0 the server accepts on demand: each call of {@link NamedPipeServer#accept(long)} lets one client
         * connect, and no other can. Only the first client of all may connect before the first call, which then
         * completes at once.
         *
         * @param instances from 0 to 1024
         * @return this
         */
        public Builder listening(final int instances) {
            listening = Ranges.inRange("The number of listening instances", instances, 0, 1024);
            return this;
        }

        /**
         * Makes connections that belong to no port: {@link CompletionBatch#detached} of the {@link Opcode#ACCEPT} is a
         * {@link DetachedPipe}, which the listener associates with a port of its choice, or closes. The number of
         * waiting instances does not adapt. If the server also accepts on demand, start accepts on threads that stay:
         * Windows aborts an accept of such an instance when the thread that has started it ends. Default: the
         * connections are devices of the server's port.
         *
         * @return this
         */
        public Builder detached() {
            detached = true;
            return this;
        }

        /**
         * The maximum number of instances of this pipe, connected and waiting ones together. Default: no limit. The
         * server enforces the limit itself, because Windows would also count the instance that keeps the name.
         *
         * @param instances from 1 to 254
         * @return this
         */
        public Builder maxInstances(final int instances) {
            maxInstances = Ranges.inRange("The largest number of instances", instances, 1, UNLIMITED_INSTANCES - 1);
            return this;
        }

        /**
         * Accepts clients on other machines. Default: Windows rejects them ({@code PIPE_REJECT_REMOTE_CLIENTS}).
         *
         * @return this
         */
        public Builder acceptRemoteClients() {
            acceptRemote = true;
            return this;
        }

        /**
         * The users that may connect, in the security descriptor definition language (SDDL). Default: only the current
         * user, administrators and SYSTEM.
         *
         * <p>{@code D:P(A;;GA;;;OW)(A;;0x12019b;;;WD)} lets every user read and write. {@code GW} also grants the right
         * to create instances of the pipe: such a user could accept clients in place of this server. A client that
         * opens the pipe with {@code GENERIC_WRITE} needs {@code GW}; {@link NamedPipeClient} does not. The server's
         * own user needs {@code GA} in any case: without the right to create instances, {@link #open} fails with
         * {@link Win32Error#ACCESS_DENIED}.
         *
         * @param sddl the descriptor, which {@code ConvertStringSecurityDescriptorToSecurityDescriptorW} converts
         * @return this
         */
        public Builder securityDescriptor(final String sddl) {
            securityDescriptor = SecurityDescriptors.check(sddl);
            return this;
        }

        /**
         * The token of this server's {@link Opcode#ACCEPT} completions. Default: 0.
         *
         * @param value any number
         * @return this
         */
        public Builder token(final long value) {
            token = value;
            return this;
        }

        /**
         * The {@link Device#attachment} of the server, which is set before the first completion. Default: none.
         *
         * @param object the object, or null for none. The connections do not inherit it: the listener attaches their
         *     objects at {@link Opcode#ACCEPT}, before their other completions
         * @return this
         */
        public Builder attach(final Object object) {
            attachment = object;
            return this;
        }

        /**
         * Creates the pipe and begins to wait for clients ({@code CreateNamedPipeW}, {@code ConnectNamedPipe};
         * {@code NtCreateNamedPipeFile} for an instance that only keeps the name).
         *
         * @return the open server
         * @throws Win32Exception when Windows refuses: {@link Win32Error#ACCESS_DENIED} when a pipe of that name
         *     exists, perhaps because connections of an earlier server are still open, or when the security descriptor
         *     does not let this process create instances; {@link Win32Error#INVALID_SECURITY_DESCR} or a related code
         *     when the security descriptor is malformed
         * @throws IllegalArgumentException when {@link #listening} is more than {@link #maxInstances}
         * @throws PortClosedException when the port is closed or closing
         * @throws OperationLimitException when the waiting instances would exceed the port's ceiling of operations in
         *     flight
         */
        public NamedPipeServer open() throws Win32Exception {
            if (maxInstances != UNLIMITED_INSTANCES && listening > maxInstances) {
                throw new IllegalArgumentException(
                        "listening is " + listening + ", but cannot exceed maxInstances, which is " + maxInstances);
            }
            final long answer = NamedPipeNative.openServer(PortAccess.get().id(
                    port), name, direction.code(), mode.ordinal(), inBuffer,
                    outBuffer, maxInstances, fixedIfDetached(), detached, acceptRemote, securityDescriptor, token);
            final long key = EngineError.key(answer, "CreateNamedPipe " + name + hint(answer), port);
            final NamedPipeServer server = new NamedPipeServer(port, key, name, listening == 0);
            server.attach(attachment);
            PortAccess.get().register(port, server);
            // The first completion must find the server registered.
            final long waiting = NamedPipeNative.listen(key);
            if (waiting < 0) {
                server.close();
            }
            EngineError.key(waiting, "ConnectNamedPipe " + name, port);
            return server;
        }

        private int fixedIfDetached() {
            return detached && listening == ADAPTIVE ? Math.min(DETACHED_LISTENING, maxInstances) : listening;
        }

        private String hint(final long answer) {
            final int error = EngineError.win32Error(answer);
            final String descriptor =
                    securityDescriptor.isEmpty() ? "" : "with the security descriptor \"" + securityDescriptor + '"';
            if (error == Win32Error.ACCESS_DENIED) {
                return " (another server may have that name, or connections of an earlier one may still be open: end"
                        + " them, or choose another name" + (descriptor.isEmpty() ? "" : "; " + descriptor) + ')';
            }
            return error == Win32Error.SUCCESS || descriptor.isEmpty() ? "" : " (" + descriptor + ')';
        }
    }
}

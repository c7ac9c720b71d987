package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.raw.AdapterFacts;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link ServerSocket} on a named pipe, whose {@link #accept} returns {@link PipeSocket}s.
 *
 * <pre>{@code
 * try (PipeServerSocket server = new PipeServerSocket("my-service")) {
 *     while (true) {
 *         PipeSocket client = server.accept();
 *         new Thread(() -> serve(client)).start();
 *     }
 * }
 * }</pre>
 *
 * <p>Only the current user, administrators and SYSTEM may connect, from this machine, unless
 * {@link #PipeServerSocket(NamedPipeServer.Builder, int)} is given a server with other settings.
 *
 * <p>Clients that connect wait for {@code accept}, as many as the backlog; further ones are connected and at once
 * disconnected. {@link #setSoTimeout} limits how long {@code accept} waits; after the timeout the server can still be
 * used. {@link #close} may be called by any thread, and promptly ends {@code accept}; it closes the connections that
 * wait for {@code accept}, and no others. The name of the pipe is free again when the last connection is closed, too.
 */
public final class PipeServerSocket extends ServerSocket {
    /** As many as the instances that a native server keeps waiting in a burst, which may all come before an accept. */
    private static final int DEFAULT_BACKLOG = 256;
    private static final int DEFAULT_BUFFER = 65_536;

    private final CompletionPort port;
    private final ReentrantLock binding = new ReentrantLock();
    private final Backlog backlog = new Backlog();

    // Used with the lock only.
    private NamedPipeServer server;
    private long token;

    private volatile NamedPipeAddress address;
    private volatile int soTimeout;
    private volatile boolean reuseAddress;
    private volatile int receiveBuffer = DEFAULT_BUFFER;

    /**
     * Creates a server that is not bound, and will use {@link Streams#port()}.
     *
     * @throws IOException never; {@link ServerSocket} declares it
     */
    public PipeServerSocket() throws IOException {
        port = null;
    }

    /**
     * Creates a server that is not bound, and will use a port of the program.
     *
     * @param port an open port with a {@link Streams#listener()}
     * @throws IOException never; {@link ServerSocket} declares it
     * @throws IllegalArgumentException when the completions of the port do not go to streams
     */
    public PipeServerSocket(final CompletionPort port) throws IOException {
        this.port = Streams.checkPort(port);
    }

    /**
     * Serves a pipe, with {@link Streams#port()} and a backlog of 256.
     *
     * @param name {@code NAME} or {@code \\.\pipe\NAME}, or another spelling that {@link NamedPipeAddress} knows
     * @throws IOException as {@link #bind(SocketAddress, int)}
     */
    public PipeServerSocket(final String name) throws IOException {
        this(0, name);
    }

    /**
     * Serves a pipe, with {@link Streams#port()}.
     *
     * @param backlog how many clients may wait for {@link #accept}; 0 for 256
     * @param name {@code NAME} or {@code \\.\pipe\NAME}, or another spelling that {@link NamedPipeAddress} knows
     * @throws IOException as {@link #bind(SocketAddress, int)}
     */
    public PipeServerSocket(final int backlog, final String name) throws IOException {
        this();
        bind(NamedPipeAddress.of(name), backlog);
    }

    /**
     * Serves a pipe with settings of the program: message mode, access rights, the number of instances.
     *
     * @param settings a builder on {@link Streams#port()}, or on a port with a {@link Streams#listener()}; this call
     *     sets its token and opens the server
     * @param backlog how many clients may wait for {@link #accept}; 0 for 256
     * @throws IOException as {@link #bind(SocketAddress, int)}
     * @throws IllegalArgumentException when the completions of the builder's port do not go to streams
     */
    public PipeServerSocket(final NamedPipeServer.Builder settings, final int backlog) throws IOException {
        port = null;
        open(Objects.requireNonNull(settings, "settings"), backlog);
    }

    /** Binds as {@link #bind(SocketAddress, int)} does, with a backlog of 256. */
    @Override
    public void bind(final SocketAddress endpoint) throws IOException {
        bind(endpoint, 0);
    }

    /**
     * Creates the pipe and begins to accept clients.
     *
     * @param endpoint a {@link NamedPipeAddress} of this machine
     * @param clients how many clients may wait for {@link #accept}; 0 or less for 256
     * @throws BindException when a pipe of that name exists, the port is closed, or Windows refuses for another reason
     * @throws SocketException when the server is closed, or bound already
     * @throws IllegalArgumentException when the address is not that of a pipe, or is one of another machine
     */
    @Override
    public void bind(final SocketAddress endpoint, final int clients) throws IOException {
        checkOpen();
        if (!(endpoint instanceof NamedPipeAddress)) {
            throw new IllegalArgumentException(
                    "A PipeServerSocket is bound to a NamedPipeAddress, not to "
                            + (endpoint == null ? "null" : "a " + endpoint.getClass().getName()));
        }
        open(NamedPipeServer.builder(port == null ? Streams.port() : port, (NamedPipeAddress) endpoint), clients);
    }

    /**
     * Waits for a client.
     *
     * @return the connection
     * @throws SocketTimeoutException after {@link #setSoTimeout}
     * @throws InterruptedIOException when the thread is interrupted while it waits; it is still interrupted afterwards
     * @throws SocketException when the server is closed, also by another thread or with its port during the call, or
     *     is not bound
     */
    @Override
    public PipeSocket accept() throws IOException {
        checkOpen();
        if (!isBound()) {
            throw new SocketException("Socket is not bound yet");
        }
        final NamedPipe pipe = backlog.take(soTimeout, address);
        boolean accepted = false;
        try {
            pipe.completeInline();
            final PipeSocket socket = new PipeSocket(pipe);
            accepted = true;
            return socket;
        } catch (final IllegalStateException closedByOthers) {
            throw new IOException(closedByOthers.getMessage(), closedByOthers);
        } finally {
            if (!accepted) {
                pipe.close(Duration.ZERO);
            }
        }
    }

    /**
     * Closes the server and the connections that wait for {@link #accept}. An accept of another thread ends with
     * {@code SocketException("Socket closed")}. Closing twice is harmless.
     */
    @Override
    public void close() throws IOException {
        // A bind that is under way ends with a server that is closed here, or finds that the socket is closed.
        backlog.close(Streams.CLOSE_TIMEOUT);
        final NamedPipeServer open;
        binding.lock();
        try {
            open = server;
        } finally {
            binding.unlock();
        }
        if (open != null) {
            open.close(Streams.CLOSE_TIMEOUT);
            StreamListener.forget(token);
        }
    }

    @Override
    public boolean isBound() {
        return address != null;
    }

    @Override
    public boolean isClosed() {
        return backlog.isClosed();
    }

    /** Returns the loopback address, or null while the server is not bound. */
    @Override
    public InetAddress getInetAddress() {
        return isBound() ? InetAddress.getLoopbackAddress() : null;
    }

    /** Returns 0, or -1 while the server is not bound: a pipe has a name and no number. */
    @Override
    public int getLocalPort() {
        return isBound() ? 0 : -1;
    }

    /** Returns the {@link NamedPipeAddress}, or null while the server is not bound. */
    @Override
    public SocketAddress getLocalSocketAddress() {
        return address;
    }

    /** Returns null: a pipe has no {@link ServerSocketChannel}. */
    @Override
    public ServerSocketChannel getChannel() {
        return null;
    }

    /** Sets how long {@link #accept} waits, in milliseconds; 0 for no limit. */
    @Override
    public void setSoTimeout(final int milliseconds) throws SocketException {
        checkOpen();
        if (milliseconds < 0) {
            throw new IllegalArgumentException("The timeout is negative: " + milliseconds);
        }
        soTimeout = milliseconds;
    }

    @Override
    public int getSoTimeout() throws SocketException {
        checkOpen();
        return soTimeout;
    }

    /** Has no effect: no other process can share the name. */
    @Override
    public void setReuseAddress(final boolean on) throws SocketException {
        checkOpen();
        reuseAddress = on;
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        checkOpen();
        return reuseAddress;
    }

    /** Has no effect; {@link NamedPipeServer.Builder#buffers} sets the size of the buffers. */
    @Override
    public void setReceiveBufferSize(final int size) throws SocketException {
        checkOpen();
        receiveBuffer = PipeSocket.checkSize(size);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        checkOpen();
        return receiveBuffer;
    }

    /** Does nothing. */
    @Override
    public void setPerformancePreferences(final int connectionTime, final int latency, final int bandwidth) {
        // The preferences choose among protocols, but there is only one.
    }

    /** Returns an empty set. */
    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    /** Throws, because {@link #supportedOptions} is empty. */
    @Override
    public <T> ServerSocket setOption(final SocketOption<T> option, final T value) throws IOException {
        throw PipeSocket.unsupported(option);
    }

    /** Throws, because {@link #supportedOptions} is empty. */
    @Override
    public <T> T getOption(final SocketOption<T> option) throws IOException {
        throw PipeSocket.unsupported(option);
    }

    @Override
    public String toString() {
        return "PipeServerSocket[" + (isBound() ? address : "unbound") + (isClosed() ? ", closed]" : "]");
    }

    /** Takes a completion of the server, on a worker. */
    void accepted(final Completion completion) {
        // The server still accepts after a failure: only one client was lost.
        if (completion.error() == null) {
            final Device pipe = connection(completion);
            if (pipe != null && !backlog.offer((NamedPipe) pipe)) {
                pipe.close(Duration.ZERO);
            }
        }
    }

    /** With a builder whose connections are detached, the connection belongs to no port yet. Null when it has gone. */
    private static Device connection(final Completion completion) {
        if (completion.device() != null) {
            return completion.device();
        }
        try {
            return completion.detached().associate(completion.port());
        } catch (final Win32Exception gone) {
            return null;
        }
    }

    private void open(final NamedPipeServer.Builder settings, final int clients) throws IOException {
        binding.lock();
        try {
            checkOpen();
            if (server != null) {
                throw new SocketException("Already bound");
            }
            backlog.limit(clients > 0 ? clients : DEFAULT_BACKLOG);
            token = StreamListener.register(this);
            boolean bound = false;
            try {
                final NamedPipeServer opened = settings.token(token).open();
                try {
                    Streams.checkPort(opened.port());
                    bound = true;
                } finally {
                    if (!bound) {
                        opened.close(Duration.ZERO);
                    }
                }
                server = opened;
                address = NamedPipeAddress.of(opened.name());
                // The close of the port closes the server, too, and must end accept.
                AdapterFacts.ended(opened).thenRun(() -> {
                    backlog.close(Duration.ZERO);
                    StreamListener.forget(token);
                });
            } finally {
                if (!bound) {
                    StreamListener.forget(token);
                }
            }
        } catch (final Win32Exception | PortClosedException refused) {
            final BindException failure = new BindException(refused.getMessage());
            failure.initCause(refused);
            throw failure;
        } finally {
            binding.unlock();
        }
    }

    private void checkOpen() throws SocketException {
        if (isClosed()) {
            throw PipeSocket.closedException();
        }
    }
}

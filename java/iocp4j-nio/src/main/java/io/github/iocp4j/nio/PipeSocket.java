package io.github.iocp4j.nio;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link Socket} over a named pipe, for code that knows sockets and streams only.
 *
 * <pre>{@code
 * try (Socket socket = new PipeSocket("docker_engine")) {
 *     socket.setSoTimeout(5_000);
 *     socket.getOutputStream().write(request);
 *     handle(socket.getInputStream());
 * }
 * }</pre>
 *
 * <p>It behaves as a TCP socket does, in these points, too:
 *
 * <ul>
 * <li>{@link #setSoTimeout}: a read that times out throws {@link SocketTimeoutException} and loses no byte; the next
 * read continues.
 * <li>One thread may read while another writes. Any thread may call {@link #close}, which promptly ends connecting,
 * reading and writing with {@code SocketException("Socket closed")}, and flushes nothing. What was written stays for
 * the peer to read.
 * <li>{@link #connect(SocketAddress, int)} waits while all instances of the pipe are busy, at most for the timeout, and
 * throws {@link SocketTimeoutException} then. A pipe that is missing is a {@link ConnectException} at once.
 * <li>The setters of options accept every value that a TCP socket accepts, and the getters return it. Only SO_TIMEOUT
 * has an effect, because the others are about TCP.
 * </ul>
 *
 * <p>It differs in these points:
 *
 * <ul>
 * <li>Addresses are {@link NamedPipeAddress}es. {@link #getInetAddress} is the loopback address and {@link #getPort} is
 * 0. {@link #getChannel} is null.
 * <li>An interrupt ends a wait with {@link InterruptedIOException}, see {@link Streams}; the socket stays open.
 * <li>{@link #shutdownOutput} works on duplex pipes in message mode only: Windows has no half close for the others.
 * {@link #sendUrgentData} is refused.
 * </ul>
 */
public final class PipeSocket extends SocketWithoutTcp {

    private final CompletionPort port;
    /** The pipe of a factory, to which the socket connects instead of the caller's address; null without a factory. */
    private final NamedPipeAddress fixedAddress;
    private final ReentrantLock connecting = new ReentrantLock();
    private volatile PendingConnect pending;
    private volatile boolean closed;
    private volatile Streams streams;
    private volatile NamedPipeAddress remote;

    private volatile int soTimeout;

    /** Creates a socket that is not connected, and will use {@link Streams#port()}. */
    public PipeSocket() {
        this(null, (NamedPipeAddress) null);
    }

    /**
     * Connects to a pipe on this machine, with {@link Streams#port()}. While all instances of the pipe are busy, the
     * call waits.
     *
     * @param name {@code NAME} or {@code \\.\pipe\NAME}, or another spelling that {@link NamedPipeAddress} knows
     * @throws IOException as {@link #connect(SocketAddress, int)}
     * @throws IllegalArgumentException when no pipe on this machine can have that name
     */
    public PipeSocket(final String name) throws IOException {
        this();
        connect(NamedPipeAddress.of(name));
    }

    /**
     * Creates a socket that is not connected, and will use a port of the program.
     *
     * @param port an open port with a {@link Streams#listener()}
     * @throws IllegalArgumentException when the completions of the port do not go to streams
     */
    public PipeSocket(final CompletionPort port) {
        this(Streams.checkPort(port), (NamedPipeAddress) null);
    }

    /**
     * Creates a connected socket over a pipe that the program has connected itself, for example with another
     * {@link NamedPipeClient.Builder#impersonation} or {@link NamedPipeClient.Builder#direction}.
     *
     * @param pipe an open pipe on {@link Streams#port()}, or on a port with a {@link Streams#listener()}; see
     *     {@link Streams#of}. Closing the socket closes it
     * @throws IllegalArgumentException when the completions of the pipe's port do not go to streams
     * @throws IllegalStateException when the pipe has an attachment
     */
    public PipeSocket(final NamedPipe pipe) {
        this(pipe.port(), (NamedPipeAddress) null);
        begin(pipe, NamedPipeAddress.ofLocalOrRemote(pipe.name()));
    }

    /** One that ignores the address that it is connected with; port and address may be null. */
    PipeSocket(final CompletionPort port, final NamedPipeAddress fixedAddress) {
        this.port = port;
        this.fixedAddress = fixedAddress;
    }

    /** Connects as {@link #connect(SocketAddress, int)} does, without a timeout. */
    @Override
    public void connect(final SocketAddress address) throws IOException {
        connect(address, 0);
    }

    /**
     * Connects to a pipe. While all its instances are busy, the call waits; the wait continues if the pipe disappears
     * meanwhile, because some servers have no instance for a moment. Windows opens a pipe on this machine without a
     * wait. To reach another machine may take it seconds, which nothing ends, and which pin a virtual thread.
     *
     * @param address a {@link NamedPipeAddress}; for a socket of a {@link PipeSocketFactory} any address, which is
     *     ignored
     * @param milliseconds how long to wait; 0 for no limit
     * @throws ConnectException when there is no such pipe
     * @throws SocketTimeoutException when all instances were busy until the timeout
     * @throws InterruptedIOException when the thread is interrupted while it waits; it is still interrupted afterwards
     * @throws Win32Exception when Windows refuses, for example with {@link Win32Error#ACCESS_DENIED}
     * @throws SocketException when the socket is closed, also by another thread during the call, or is connected
     * @throws IllegalArgumentException when the address is null, or not that of a pipe
     */
    @Override
    public void connect(final SocketAddress address, final int milliseconds) throws IOException {
        if (milliseconds < 0) {
            throw new IllegalArgumentException("connect: the timeout is negative: " + milliseconds);
        }
        final NamedPipeAddress target = target(address);
        connecting.lock();
        try {
            checkOpen();
            if (isConnected()) {
                throw new SocketException("already connected");
            }
            final PendingConnect connect = new PendingConnect(this);
            pending = connect;
            begin(connect.connect(port == null ? Streams.port() : port, target, milliseconds), target);
            if (closed) {
                streams.close();
                throw closedException();
            }
        } finally {
            pending = null;
            connecting.unlock();
        }
    }

    /**
     * Returns the connected pipe, for example for its {@link NamedPipe#peerProcessId}.
     *
     * @return the pipe; do not start operations on it
     * @throws SocketException when the socket is not connected
     */
    public NamedPipe pipe() throws SocketException {
        return connected().pipe();
    }

    /** Returns the loopback address, or null while the socket is not connected. */
    @Override
    public InetAddress getInetAddress() {
        return isConnected() ? InetAddress.getLoopbackAddress() : null;
    }

    /** Returns the loopback address, or the wildcard address while the socket is not connected. */
    @Override
    public InetAddress getLocalAddress() {
        return isConnected() && !closed ? InetAddress.getLoopbackAddress() : new InetSocketAddress(0).getAddress();
    }

    /** Returns 0, or -1 while the socket is not connected. */
    @Override
    public int getLocalPort() {
        return isConnected() ? 0 : -1;
    }

    /** Returns the address of the pipe, a {@link NamedPipeAddress}; null while the socket is not connected. */
    @Override
    public SocketAddress getRemoteSocketAddress() {
        return remote;
    }

    /** Returns the address of the pipe, a {@link NamedPipeAddress}; null while the socket is not connected. */
    @Override
    public SocketAddress getLocalSocketAddress() {
        return remote;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        final Streams connected = connected();
        if (connected.socketInput().isShutdown()) {
            throw new SocketException("Socket input is shutdown");
        }
        return connected.input();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        final Streams connected = connected();
        if (connected.socketOutput().isShutdown()) {
            throw new SocketException("Socket output is shutdown");
        }
        return connected.output();
    }

    /** From now on, reads return the end, also one that waits. */
    @Override
    public void shutdownInput() throws IOException {
        final Streams connected = connected();
        if (connected.socketInput().isShutdown()) {
            throw new SocketException("Socket input is already shutdown");
        }
        connected.socketInput().shutDown();
    }

    /**
     * Ends the data to the peer with a message without content, as a duplex pipe in message mode allows
     * ({@link NamedPipe#closeWrite}); this end can still read.
     *
     * @throws SocketException when the pipe has no half close, and when the output is shut down already
     */
    @Override
    public void shutdownOutput() throws IOException {
        final Streams connected = connected();
        if (connected.socketOutput().isShutdown()) {
            throw new SocketException("Socket output is already shutdown");
        }
        connected.socketOutput().shutDown();
    }

    /**
     * Closes the connection. Another thread's connect, read or write ends with
     * {@code SocketException("Socket closed")}. The call flushes nothing; see {@link Streams#close}. Closing twice is
     * harmless.
     */
    @Override
    public void close() throws IOException {
        closed = true;
        final PendingConnect connect = pending;
        if (connect != null) {
            connect.wake();
        }
        final Streams connected = streams;
        if (connected != null) {
            connected.close();
        }
    }

    @Override
    public boolean isConnected() {
        return streams != null;
    }

    @Override
    public boolean isBound() {
        return isConnected();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public boolean isInputShutdown() {
        final Streams connected = streams;
        return connected != null && connected.socketInput().isShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        final Streams connected = streams;
        return connected != null && connected.socketOutput().isShutdown();
    }

    /** Sets how long a read waits, in milliseconds; 0 for no limit. A read that waits already is not affected. */
    @Override
    public void setSoTimeout(final int milliseconds) throws SocketException {
        checkOpen();
        if (milliseconds < 0) {
            throw new IllegalArgumentException("The timeout is negative: " + milliseconds);
        }
        soTimeout = milliseconds;
        final Streams connected = streams;
        if (connected != null) {
            connected.socketInput().timeout(milliseconds);
        }
    }

    @Override
    public int getSoTimeout() throws SocketException {
        checkOpen();
        return soTimeout;
    }

    @Override
    public String toString() {
        final NamedPipeAddress connected = remote;
        return "PipeSocket[" + (connected == null ? "unconnected" : connected) + (closed ? ", closed]" : "]");
    }

    private NamedPipeAddress target(final SocketAddress address) {
        if (fixedAddress != null) {
            return fixedAddress;
        }
        if (!(address instanceof NamedPipeAddress)) {
            throw new IllegalArgumentException("A PipeSocket connects to a NamedPipeAddress, not to "
                    + (address == null ? "null" : "a " + address.getClass().getName())
                    + ". For a library that has only hosts and ports, give it a PipeSocketFactory");
        }
        return (NamedPipeAddress) address;
    }

    private void begin(final NamedPipe pipe, final NamedPipeAddress address) {
        final Streams connected = Streams.ofSocket(pipe, this);
        connected.socketInput().timeout(soTimeout);
        remote = address;
        streams = connected;
        // The setter may have run meanwhile.
        connected.socketInput().timeout(soTimeout);
    }

    private Streams connected() throws SocketException {
        checkOpen();
        final Streams connected = streams;
        if (connected == null) {
            throw new SocketException("Socket is not connected");
        }
        return connected;
    }
}

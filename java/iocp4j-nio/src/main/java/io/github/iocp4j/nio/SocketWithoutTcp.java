package io.github.iocp4j.nio;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;

/**
 * What a socket over a pipe answers where {@link Socket} is about TCP. It has no port and no channel. It stores options
 * that have no effect, because code that knows only sockets sets them before it connects, and fails if a setter throws.
 */
abstract class SocketWithoutTcp extends Socket {
    private static final int DEFAULT_BUFFER = 65_536;
    private static final int MAX_LINGER_SECONDS = 65_535;

    private volatile boolean tcpNoDelay;
    private volatile boolean keepAlive;
    private volatile boolean reuseAddress;
    private volatile boolean oobInline;
    private volatile int soLinger = -1;
    private volatile int sendBuffer = DEFAULT_BUFFER;
    private volatile int receiveBuffer = DEFAULT_BUFFER;
    private volatile int trafficClass;

    /** Accepts any address and does nothing: a client of a pipe has no address. */
    @Override
    public void bind(final SocketAddress address) throws IOException {
        checkOpen();
    }

    /** Returns 0: a pipe has a name and no number. */
    @Override
    public int getPort() {
        return 0;
    }

    /** Returns null: a pipe has no {@link SocketChannel}. */
    @Override
    public SocketChannel getChannel() {
        return null;
    }

    @Override
    public void setTcpNoDelay(final boolean on) throws SocketException {
        checkOpen();
        tcpNoDelay = on;
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        checkOpen();
        return tcpNoDelay;
    }

    @Override
    public void setSoLinger(final boolean on, final int seconds) throws SocketException {
        checkOpen();
        if (on && seconds < 0) {
            throw new IllegalArgumentException("The linger time is negative: " + seconds);
        }
        soLinger = on ? Math.min(seconds, MAX_LINGER_SECONDS) : -1;
    }

    @Override
    public int getSoLinger() throws SocketException {
        checkOpen();
        return soLinger;
    }

    @Override
    public void setKeepAlive(final boolean on) throws SocketException {
        checkOpen();
        keepAlive = on;
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        checkOpen();
        return keepAlive;
    }

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

    @Override
    public void setOOBInline(final boolean on) throws SocketException {
        checkOpen();
        oobInline = on;
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        checkOpen();
        return oobInline;
    }

    @Override
    public void setSendBufferSize(final int size) throws SocketException {
        checkOpen();
        sendBuffer = checkSize(size);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        checkOpen();
        return sendBuffer;
    }

    @Override
    public void setReceiveBufferSize(final int size) throws SocketException {
        checkOpen();
        receiveBuffer = checkSize(size);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        checkOpen();
        return receiveBuffer;
    }

    @Override
    public void setTrafficClass(final int trafficClassOctet) throws SocketException {
        checkOpen();
        if (trafficClassOctet < 0 || trafficClassOctet > 255) {
            throw new IllegalArgumentException("The traffic class is not from 0 to 255: " + trafficClassOctet);
        }
        trafficClass = trafficClassOctet;
    }

    @Override
    public int getTrafficClass() throws SocketException {
        checkOpen();
        return trafficClass;
    }

    /** Does nothing. */
    @Override
    public void setPerformancePreferences(final int connectionTime, final int latency, final int bandwidth) {
        // The preferences choose among protocols, but there is only one.
    }

    /** Throws: a pipe has no urgent data. */
    @Override
    public void sendUrgentData(final int data) throws IOException {
        throw new SocketException("A pipe has no urgent data");
    }

    /** Returns an empty set: the setters of the single options accept what a TCP socket accepts. */
    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    /** Throws, because {@link #supportedOptions} is empty. */
    @Override
    public <T> Socket setOption(final SocketOption<T> option, final T value) throws IOException {
        throw unsupported(option);
    }

    /** Throws, because {@link #supportedOptions} is empty. */
    @Override
    public <T> T getOption(final SocketOption<T> option) throws IOException {
        throw unsupported(option);
    }

    final void checkOpen() throws SocketException {
        if (isClosed()) {
            throw closedException();
        }
    }

    static UnsupportedOperationException unsupported(final SocketOption<?> option) {
        return new UnsupportedOperationException("'" + Objects.requireNonNull(option, "option") + "' is not supported");
    }

    static int checkSize(final int size) {
        if (size <= 0) {
            throw new IllegalArgumentException("The size of the buffer is not positive: " + size);
        }
        return size;
    }

    static SocketException closedException() {
        return new SocketException("Socket closed");
    }
}

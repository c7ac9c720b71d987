package io.github.iocp4j.nio;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.pipe.NamedPipeAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Objects;
import javax.net.SocketFactory;

/**
 * Makes sockets that connect to one named pipe, whatever host and port a library asks for. HTTP clients take such a
 * factory, so that they talk to a server on a pipe.
 */
public final class PipeSocketFactory extends SocketFactory {
    /** Null for the shared one, which is opened when the first socket connects. */
    private final CompletionPort port;
    private final NamedPipeAddress address;

    private PipeSocketFactory(final CompletionPort port, final NamedPipeAddress address) {
        this.port = port;
        this.address = address;
    }

    /**
     * A factory for a pipe on this machine.
     *
     * @param name {@code NAME} or {@code \\.\pipe\NAME}, or another spelling that {@link NamedPipeAddress} knows
     * @return the factory, whose sockets use {@link Streams#port()}
     * @throws IllegalArgumentException when no pipe on this machine can have that name
     */
    public static PipeSocketFactory of(final String name) {
        return of(NamedPipeAddress.of(name));
    }

    /**
     * A factory for a pipe, perhaps on another machine.
     *
     * @param address the address of the pipe
     * @return the factory, whose sockets use {@link Streams#port()}
     */
    public static PipeSocketFactory of(final NamedPipeAddress address) {
        return new PipeSocketFactory(null, Objects.requireNonNull(address, "address"));
    }

    /**
     * A factory whose sockets use a port of the program.
     *
     * @param port an open port with a {@link Streams#listener()}
     * @param address the address of the pipe
     * @return the factory
     * @throws IllegalArgumentException when the completions of the port do not go to streams
     */
    public static PipeSocketFactory of(final CompletionPort port, final NamedPipeAddress address) {
        return new PipeSocketFactory(Streams.checkPort(port), Objects.requireNonNull(address, "address"));
    }

    /** Returns a socket that is not connected. Its {@code connect} takes any address and connects to the pipe. */
    @Override
    public Socket createSocket() {
        return new PipeSocket(port, address);
    }

    /** Returns a socket that is connected to the pipe; host and port are ignored. */
    @Override
    public Socket createSocket(final String host, final int number) throws IOException {
        return connected();
    }

    /** Returns a socket that is connected to the pipe; all addresses are ignored. */
    @Override
    public Socket createSocket(
            final String host, final int number, final InetAddress localHost, final int localNumber)
            throws IOException {
        return connected();
    }

    /** Returns a socket that is connected to the pipe; host and port are ignored. */
    @Override
    public Socket createSocket(final InetAddress host, final int number) throws IOException {
        return connected();
    }

    /** Returns a socket that is connected to the pipe; all addresses are ignored. */
    @Override
    public Socket createSocket(
            final InetAddress host, final int number, final InetAddress localHost, final int localNumber)
            throws IOException {
        return connected();
    }

    @Override
    public String toString() {
        return "PipeSocketFactory[" + address + ']';
    }

    private Socket connected() throws IOException {
        final Socket socket = createSocket();
        socket.connect(address);
        return socket;
    }
}

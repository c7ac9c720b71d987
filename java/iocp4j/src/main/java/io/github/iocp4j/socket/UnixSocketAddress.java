package io.github.iocp4j.socket;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.internal.Printable;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The address of a Unix-domain socket ({@code AF_UNIX}): a path on this machine. Windows supports them since Windows 10
 * version 1803; on older versions, opening a socket fails with {@link Win32Error#WSAEAFNOSUPPORT}.
 */
public final class UnixSocketAddress extends SocketAddress {
    /** The maximum in {@code sockaddr_un}, with a terminating zero. */
    static final int MAX_BYTES = 107;

    private static final long serialVersionUID = 1L;

    /** The path as given; empty for a socket without a name. */
    private final String path;

    UnixSocketAddress(final String path) {
        this.path = path;
    }

    /**
     * Creates an address.
     *
     * @param path the path of the socket in the file system
     * @return the address
     * @throws IllegalArgumentException when the path is empty, or longer than 107 bytes of UTF-8
     */
    public static UnixSocketAddress of(final Path path) {
        final String text = Objects.requireNonNull(path, "path").toString();
        final int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_BYTES) {
            throw new IllegalArgumentException("\"" + Printable.of(text) + "\" cannot be the path of a socket: it has "
                    + length + " bytes, and must have from 1 to " + MAX_BYTES);
        }
        return new UnixSocketAddress(text);
    }

    /**
     * The path of the socket.
     *
     * @return the path as it was given, or an empty one for a socket without a name, as most clients are
     */
    public String path() {
        return path;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof UnixSocketAddress && ((UnixSocketAddress) other).path.equals(path);
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }

    @Override
    public String toString() {
        return path;
    }
}

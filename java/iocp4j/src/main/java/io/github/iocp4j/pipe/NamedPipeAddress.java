package io.github.iocp4j.pipe;

import io.github.iocp4j.internal.PipeNames;
import io.github.iocp4j.internal.Printable;
import java.net.SocketAddress;

/**
 * The address of a named pipe. Programs spell the same pipe in several ways; all of these are the same address:
 * {@code NAME}, {@code \\.\pipe\NAME}, {@code \\?\pipe\NAME}, {@code //./pipe/NAME} and
 * {@code npipe:////./pipe/NAME}. Upper and lower case are equal, as they are for Windows.
 */
public final class NamedPipeAddress extends SocketAddress {
    private static final long serialVersionUID = 1L;

    /** Complete, with backslashes. */
    private final String path;

    private NamedPipeAddress(final String path) {
        this.path = path;
    }

    /**
     * The address of a pipe on this machine.
     *
     * @param name the name in one of the forms above
     * @return the address
     * @throws IllegalArgumentException when no pipe can have that name, or when it is on another machine; the message
     *     says why
     */
    public static NamedPipeAddress of(final String name) {
        return new NamedPipeAddress(PipeNames.localUnlessAskedFor(name));
    }

    /**
     * The address of a pipe that may be on another machine. Connecting to another machine sends the caller's
     * credentials there, so call this only for a name from a trusted source.
     *
     * @param name the name in one of the forms above, or {@code \\HOST\pipe\NAME} or {@code //HOST/pipe/NAME}
     * @return the address
     * @throws IllegalArgumentException when no pipe can have that name; the message says why
     */
    public static NamedPipeAddress ofLocalOrRemote(final String name) {
        return new NamedPipeAddress(PipeNames.complete(name));
    }

    /**
     * Whether the pipe is on another machine, as its name says. A name of this machine, such as
     * {@code \\localhost\pipe\NAME}, counts as remote, because Windows goes through the network for it, too.
     *
     * @return true unless the path begins with {@code \\.\pipe\}
     */
    public boolean isRemote() {
        return !PipeNames.isLocal(path);
    }

    /**
     * The path that Win32 calls take.
     *
     * @return {@code \\.\pipe\NAME} or {@code \\HOST\pipe\NAME}
     */
    public String path() {
        return path;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof NamedPipeAddress && ((NamedPipeAddress) other).path.equalsIgnoreCase(path);
    }

    @Override
    public int hashCode() {
        // Folded as equalsIgnoreCase folds.
        return path.chars().map(c -> Character.toLowerCase(Character.toUpperCase(c))).reduce(0, (h, c) -> 31 * h + c);
    }

    /** Returns the path for a message: characters that could forge a line are escaped. */
    @Override
    public String toString() {
        return Printable.of(path);
    }
}

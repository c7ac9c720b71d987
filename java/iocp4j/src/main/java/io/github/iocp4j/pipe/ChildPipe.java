package io.github.iocp4j.pipe;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.ChildPipeNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.PortAccess;
import java.util.Objects;

/**
 * A connected pipe for a child process. This process's end is a {@link NamedPipe} on the port. The other end is a
 * handle that the child inherits, for example as its standard output.
 *
 * <p>First open the pipe. Then start the child with {@link #childHandle} in {@code STARTUPINFO} and with
 * {@code bInheritHandles}. Then call {@link #closeChildEnd}: while this process has a copy of the child's end open, a
 * read does not complete with {@link Win32Error#BROKEN_PIPE} when the child exits.
 *
 * <p>From the first to the last of these steps, <em>every</em> child that this process starts with
 * {@code bInheritHandles} inherits the handle, including children of {@link ProcessBuilder}. Only a child that is
 * started with a list of handles ({@code PROC_THREAD_ATTRIBUTE_HANDLE_LIST}) does not. Each process that has the handle
 * keeps the pipe open.
 *
 * <p>The pipe has a name that cannot be guessed, one instance, no remote clients, and a security descriptor for the
 * current user, administrators and SYSTEM.
 */
public final class ChildPipe implements AutoCloseable {
    private final NamedPipe parentEnd;

    private ChildPipe(final NamedPipe parentEnd) {
        this.parentEnd = parentEnd;
    }

    /**
     * Starts to configure a pipe to a child.
     *
     * @param port receives the completions of this process's end
     * @param direction the direction of the data, seen from this process: {@link PipeDirection#INBOUND} for the child's
     *     standard output and error, {@link PipeDirection#OUTBOUND} for its standard input
     * @return a builder with the defaults that its methods document
     */
    public static Builder builder(final CompletionPort port, final PipeDirection direction) {
        return new Builder(Objects.requireNonNull(port, "port"), Objects.requireNonNull(direction, "direction"));
    }

    /**
     * This process's end.
     *
     * @return a connected byte-mode pipe
     */
    public NamedPipe parentEnd() {
        return parentEnd;
    }

    /**
     * The child's end, an inheritable Win32 {@code HANDLE}. This object owns it: duplicate the handle if it must
     * outlive {@link #closeChildEnd}.
     *
     * @return the handle as a number
     * @throws IllegalStateException after {@link #closeChildEnd}
     * @throws DeviceClosedException when this process's end is closed, because that closes the child's end, too
     */
    public long childHandle() {
        final long handle = ChildPipeNative.childEnd(parentEnd.key());
        if (handle < 0) {
            throw EngineError.of(handle).exception(parentEnd);
        }
        if (handle == 0) {
            throw new IllegalStateException("The child's end of " + parentEnd + " is closed: a child is started before"
                    + " that, and inherits it");
        }
        return handle;
    }

    /** Closes this process's copy of the child's end ({@code CloseHandle}). Closing it twice is harmless. */
    public void closeChildEnd() {
        ChildPipeNative.closeChildEnd(parentEnd.key());
    }

    /** Closes both ends; see {@link Device#close()}. */
    @Override
    public void close() {
        parentEnd.close();
    }

    @Override
    public String toString() {
        return "ChildPipe[" + parentEnd + ']';
    }

    /**
     * Configures a pipe to a child.
     */
    public static final class Builder {
        private static final int MAX_BUFFER = 1 << 24;

        private final CompletionPort port;
        private final PipeDirection direction;
        private boolean overlappedChild;
        private int buffer = 65_536;

        private Builder(final CompletionPort port, final PipeDirection direction) {
            this.port = port;
            this.direction = direction;
        }

        /**
         * Opens the child's end for overlapped I/O ({@code FILE_FLAG_OVERLAPPED}). Use this only for a child that
         * expects it: most programs expect synchronous standard streams. Default: synchronous.
         *
         * @return this
         */
        public Builder overlappedChildEnd() {
            overlappedChild = true;
            return this;
        }

        /**
         * The size of the kernel's buffer for each direction. It is a hint, which Windows rounds. Default: 65 536
         * bytes.
         *
         * @param bytes from 0 to 16 MiB
         * @return this
         */
        public Builder buffer(final int bytes) {
            if (bytes < 0 || bytes > MAX_BUFFER) {
                throw new IllegalArgumentException(
                        "The pipe's buffer is " + bytes + ", but must be from 0 to " + MAX_BUFFER);
            }
            buffer = bytes;
            return this;
        }

        /**
         * Creates the pipe and opens both ends ({@code CreateNamedPipeW}, {@code CreateFileW}).
         *
         * @return the pipe
         * @throws Win32Exception when Windows refuses
         * @throws PortClosedException when the port is closed or closing
         */
        public ChildPipe open() throws Win32Exception {
            final long key = EngineError.key(
                    ChildPipeNative.open(PortAccess.get().id(port), direction.code(), overlappedChild, buffer),
                    "CreateNamedPipe for a child process", port);
            return new ChildPipe(PortAccess.get().register(port, new NamedPipe(port, key, 0)));
        }
    }
}

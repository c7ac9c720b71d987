package io.github.iocp4j.nio;

import io.github.iocp4j.NativeLibraryError;
import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.IllegalChannelGroupException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * The asynchronous socket channels of {@code java.nio.channels} on completion ports of this library. A program chooses
 * the provider on its command line, and changes no line of code:
 *
 * <pre>{@code
 * java -Djava.nio.channels.spi.AsynchronousChannelProvider=io.github.iocp4j.nio.CompletionPortChannelProvider ...
 * }</pre>
 *
 * <p>On the module path, {@code --add-modules io.github.iocp4j.nio} is also needed if no module of the program requires
 * this one. For a native image of GraalVM the jar names the provider in its metadata; no image has been run so far.
 *
 * <p>Or it creates a provider and calls its methods, and other channels of the program stay those of the JDK. The jar
 * does not register the provider as a service, because that would replace the channels of every program that has the
 * jar. The {@linkplain io.github.iocp4j.nio page of the package} says how the channels differ from those of the JDK.
 *
 * <p>The methods load iocp4j.dll when they are first called, and throw a {@link NativeLibraryError} if this is not
 * Windows x64.
 */
public final class CompletionPortChannelProvider extends AsynchronousChannelProvider {
    /** Creates a provider. All providers use the same default group. */
    public CompletionPortChannelProvider() {
        // AsynchronousChannelProvider checks the permission.
    }

    /**
     * Opens a group whose threads dequeue the completions and call the handlers.
     *
     * @param nThreads from 1 to 1024
     * @param factory makes the threads
     * @return the group
     * @throws IllegalArgumentException when the number is out of range
     * @throws IOException when Windows refuses a port
     */
    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(final int nThreads, final ThreadFactory factory)
            throws IOException {
        if (nThreads > ChannelGroup.MAX_THREADS) {
            throw new IllegalArgumentException("A group has at most " + ChannelGroup.MAX_THREADS + " threads, not "
                    + nThreads);
        }
        return ChannelGroup.fixed(
                this, Executors.newFixedThreadPool(nThreads, factory), nThreads, ChannelGroup.OPERATIONS);
    }

    /**
     * Opens a group whose handlers are called by an executor. An internal thread dequeues the completions and hands the
     * handlers over. If the executor refuses one, the internal thread calls the handler itself.
     *
     * @param executor calls the handlers; it is shut down when the group has terminated
     * @param initialSize how many tasks of the executor may also dequeue completions, to call handlers without the
     *     hand-over; a negative number for one per processor. It counts only for a
     *     {@link java.util.concurrent.ThreadPoolExecutor} without a maximum size
     * @return the group
     * @throws IOException when Windows refuses a port
     */
    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(final ExecutorService executor, final int initialSize)
            throws IOException {
        return ChannelGroup.handingOver(this, executor, initialSize);
    }

    /**
     * Opens a server, not bound yet.
     *
     * @param group a group of this provider; null for the default group
     * @return the channel
     * @throws IllegalChannelGroupException when the group is of another provider
     * @throws ShutdownChannelGroupException when the group is shut down
     * @throws IOException when Windows refuses a socket
     */
    @Override
    public AsynchronousServerSocketChannel openAsynchronousServerSocketChannel(final AsynchronousChannelGroup group)
            throws IOException {
        return TcpServerChannel.open(this, groupOf(this, group));
    }

    /**
     * Opens a socket, not connected yet.
     *
     * @param group a group of this provider; null for the default group
     * @return the channel
     * @throws IllegalChannelGroupException when the group is of another provider
     * @throws ShutdownChannelGroupException when the group is shut down
     * @throws IOException when Windows refuses a socket
     */
    @Override
    public AsynchronousSocketChannel openAsynchronousSocketChannel(final AsynchronousChannelGroup group)
            throws IOException {
        return TcpChannel.open(this, groupOf(this, group));
    }

    static ChannelGroup groupOf(final AsynchronousChannelProvider provider, final AsynchronousChannelGroup group)
            throws IOException {
        if (group == null) {
            return DefaultGroup.get(() -> provider);
        }
        if (group instanceof ChannelGroup) {
            return (ChannelGroup) group;
        }
        throw new OtherProvidersGroupException(group);
    }

    /** A group that this provider has not opened, with a message that says which one would do. */
    private static final class OtherProvidersGroupException extends IllegalChannelGroupException {
        private static final long serialVersionUID = 1L;

        private final String message;

        OtherProvidersGroupException(final AsynchronousChannelGroup group) {
            message = "The group belongs to " + group.provider().getClass().getName()
                    + ": open one with a CompletionPortChannelProvider, or pass null for its default group";
        }

        @Override
        public String getMessage() {
            return message;
        }
    }
}

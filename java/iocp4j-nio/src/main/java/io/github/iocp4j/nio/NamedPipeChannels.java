package io.github.iocp4j.nio;

import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.IllegalChannelGroupException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;

/**
 * Asynchronous channels over named pipes: the same types, groups, handlers, futures and timeouts as those over sockets.
 *
 * <pre>{@code
 * AsynchronousServerSocketChannel server = NamedPipeChannels.openServer(null);
 * server.bind(NamedPipeAddress.of("my-service"));
 * AsynchronousSocketChannel client = NamedPipeChannels.open(null);
 * client.connect(NamedPipeAddress.of("my-service"), null, handler);
 * }</pre>
 *
 * <p>Addresses are {@link NamedPipeAddress}es; for others, and for pipes in channels over sockets, {@code bind} and
 * {@code connect} throw an {@link java.nio.channels.UnsupportedAddressTypeException}. A client has no address of its
 * own: {@code bind} throws an {@link UnsupportedOperationException}, and both addresses of a connected channel are that
 * of the pipe. A pipe on another machine is reached only through an address from
 * {@link NamedPipeAddress#ofLocalOrRemote}.
 *
 * <p>A server accepts on demand: clients that come while no accept is in flight wait, and {@code bind} ignores the
 * backlog. With {@code bind(null)} the server gets a name that no other pipe has. The first client may connect before
 * the first accept, which then completes at once.
 *
 * <p>{@link NamedPipeOptions} has the options. In message mode a write of several buffers is one message. There the end
 * of the data is an empty message, which {@code shutdownOutput} writes; in byte mode {@code shutdownOutput} throws an
 * {@link IOException}. Several buffers are copied, because Windows does not gather on pipes.
 */
public final class NamedPipeChannels {
    private static final AsynchronousChannelProvider PROVIDER =
            OwnPermissions.call(CompletionPortChannelProvider::new);

    private NamedPipeChannels() {
    }

    /**
     * Opens a channel that is not connected.
     *
     * @param group a group of {@link CompletionPortChannelProvider}; null for its default group
     * @return the channel, whose device will be a {@link NamedPipe}
     * @throws IllegalChannelGroupException when the group is of another provider
     * @throws ShutdownChannelGroupException when the group is shut down
     * @throws IOException when Windows refuses a port for the default group
     */
    public static AsynchronousSocketChannel open(final AsynchronousChannelGroup group) throws IOException {
        CallerPermissions.checkNative();
        return PipeChannel.open(PROVIDER, CompletionPortChannelProvider.groupOf(PROVIDER, group));
    }

    /**
     * Opens a server that is not bound.
     *
     * @param group a group of {@link CompletionPortChannelProvider}; null for its default group
     * @return the channel
     * @throws IllegalChannelGroupException when the group is of another provider
     * @throws ShutdownChannelGroupException when the group is shut down
     * @throws IOException when Windows refuses a port for the default group
     */
    public static AsynchronousServerSocketChannel openServer(final AsynchronousChannelGroup group)
            throws IOException {
        CallerPermissions.checkNative();
        return PipeServerChannel.open(PROVIDER, CompletionPortChannelProvider.groupOf(PROVIDER, group));
    }
}

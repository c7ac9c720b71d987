package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.internal.raw.AdapterFacts;
import io.github.iocp4j.pipe.ImpersonationLevel;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/** A channel over one end of a named pipe. */
final class PipeChannel extends StreamChannel {
    private static final IntPredicate ANY_SERVER = process -> true;
    private static final Map<SocketOption<?>, Object> DEFAULTS = Map.of(
            NamedPipeOptions.MODE, PipeMode.BYTE,
            NamedPipeOptions.IMPERSONATION, ImpersonationLevel.IDENTIFICATION,
            NamedPipeOptions.SERVER_CHECK, ANY_SERVER,
            NamedPipeOptions.CONNECT_TIMEOUT, Duration.ofSeconds(10));

    private final PipeSettings settings = new PipeSettings(
            this, DEFAULTS, Set.of(NamedPipeOptions.PEER_PROCESS_ID, NamedPipeOptions.MESSAGE_CONTINUES));
    /** Whether each write is one message. */
    private volatile boolean messages;
    private volatile boolean messageContinues;

    private PipeChannel(final AsynchronousChannelProvider provider, final ChannelGroup group) {
        super(provider, group);
    }

    static PipeChannel open(final AsynchronousChannelProvider provider, final ChannelGroup group) {
        final PipeChannel channel = new PipeChannel(provider, group);
        group.add(channel);
        return channel;
    }

    /** The channel of a connection that a server has accepted. */
    static PipeChannel accepted(
            final AsynchronousChannelProvider provider, final ChannelGroup group, final NamedPipe pipe,
            final SocketAddress address) throws IOException {
        final PipeChannel channel = open(provider, group);
        channel.connection().accepted(pipe, address);
        return channel;
    }

    /** Throws, because a client has no address of its own. */
    @Override
    public AsynchronousSocketChannel bind(final SocketAddress local) throws IOException {
        if (local != null) {
            checked(local);
        }
        throw new UnsupportedOperationException("The client of a named pipe has no address that it could be bound to");
    }

    @Override
    public <T> AsynchronousSocketChannel setOption(final SocketOption<T> name, final T value) throws IOException {
        settings.check(name, value);
        if (connection().isConnected()) {
            throw new AlreadyConnectedException();
        }
        if (name == NamedPipeOptions.CONNECT_TIMEOUT) {
            NamedPipeClient.builder(group().port(), "checks").timeout((Duration) value);
        }
        settings.set(name, value);
        return this;
    }

    @Override
    public <T> T getOption(final SocketOption<T> name) throws IOException {
        settings.check(name);
        if (name == NamedPipeOptions.MESSAGE_CONTINUES) {
            return name.type().cast(messageContinues);
        }
        if (name == NamedPipeOptions.PEER_PROCESS_ID) {
            return name.type().cast(connection().isConnected() ? pipe().peerProcessId() : 0);
        }
        return settings.get(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return settings.supported();
    }

    @Override
    long start(final boolean write, final TransferBuffers buffers, final Duration timeout) {
        final ByteBuffer data = buffers.prepare(false, messages);
        final StreamDevice pipe = device();
        if (timeout == null) {
            return write ? pipe.write(data, 0) : pipe.read(data, 0);
        }
        return write ? pipe.write(data, timeout, 0) : pipe.read(data, timeout, 0);
    }

    @Override
    void connectTo(final SocketAddress remote) {
        connection().adopt(NamedPipeClient.builder(group().port(), (NamedPipeAddress) remote)
                .mode(settings.get(NamedPipeOptions.MODE))
                .impersonation(settings.get(NamedPipeOptions.IMPERSONATION))
                .timeout(settings.get(NamedPipeOptions.CONNECT_TIMEOUT))
                .attach(this).connect(0));
    }

    @Override
    SocketAddress checked(final SocketAddress remote) {
        if (remote == null) {
            throw new NullPointerException("remote");
        }
        return UnsupportedAddressException.check(remote, NamedPipeAddress.class);
    }

    @Override
    void prepare() throws IOException {
        final IntPredicate check = settings.get(NamedPipeOptions.SERVER_CHECK);
        if (check != ANY_SERVER) {
            checkServer(check);
        }
        messages = AdapterFacts.keepsMessages(pipe());
        pipe().completeInline();
    }

    @Override
    SocketAddress localOfConnected(final SocketAddress remote) {
        return remote;
    }

    @Override
    IOException notConnected(final int status, final SocketAddress remote) {
        return PendingConnect.failure(status, (NamedPipeAddress) remote);
    }

    /** In message mode an empty message is the end, which {@link NamedPipe#closeWrite} sends. */
    @Override
    boolean isEnd(final Completion completion) {
        return completion.isEnd()
                || messages && completion.status() == Win32Error.SUCCESS && completion.bytes() == 0;
    }

    @Override
    void messageContinues(final boolean continues) {
        messageContinues = continues;
    }

    @Override
    void endOutput() throws IOException {
        try {
            pipe().closeWrite(END_OF_OUTPUT);
        } catch (final IllegalStateException refused) {
            throw ChannelFailures.ofCall(refused, this);
        } catch (final UnsupportedOperationException byteMode) {
            throw new IOException("A pipe in byte mode has no half close: close the channel", byteMode);
        }
    }

    @Override
    void endInput() {
        pipe().cancelAll(Opcode.READ);
    }

    private void checkServer(final IntPredicate check) throws ConnectException {
        Throwable thrown = null;
        try {
            if (check.test(pipe().peerProcessId())) {
                return;
            }
        } catch (final RuntimeException | Error failed) {
            thrown = failed;
        }
        throw (ConnectException) new ConnectException("The check of the server's process has refused the connection")
                .initCause(thrown);
    }

    private NamedPipe pipe() {
        return (NamedPipe) device();
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.security.AccessControlContext;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** A server's channel over a named pipe. */
final class PipeServerChannel extends ServerChannel {
    private static final AtomicLong NAMES = new AtomicLong();
    private static final int NO_LIMIT = 255;
    private static final int BUFFER = 65_536;
    private static final Map<SocketOption<?>, Object> DEFAULTS = Map.of(
            NamedPipeOptions.MODE, PipeMode.BYTE,
            NamedPipeOptions.SECURITY_DESCRIPTOR, "",
            NamedPipeOptions.MAX_CONNECTIONS, NO_LIMIT,
            NamedPipeOptions.REMOTE_CLIENTS, false,
            StandardSocketOptions.SO_RCVBUF, BUFFER,
            StandardSocketOptions.SO_SNDBUF, BUFFER);

    private final PipeSettings settings = new PipeSettings(this, DEFAULTS, Set.of());

    private PipeServerChannel(final AsynchronousChannelProvider provider, final ChannelGroup group) {
        super(provider, group);
    }

    static PipeServerChannel open(final AsynchronousChannelProvider provider, final ChannelGroup group) {
        final PipeServerChannel channel = new PipeServerChannel(provider, group);
        channel.join();
        return channel;
    }

    @Override
    public <T> AsynchronousServerSocketChannel setOption(final SocketOption<T> name, final T value)
            throws IOException {
        settings.check(name, value);
        if (server() != null) {
            throw new AlreadyBoundException();
        }
        // The builder checks the value.
        apply(NamedPipeServer.builder(group().port(), "checks"), name, value);
        settings.set(name, value);
        return this;
    }

    @Override
    public <T> T getOption(final SocketOption<T> name) throws IOException {
        settings.check(name);
        return settings.get(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return settings.supported();
    }

    @Override
    Device open(final SocketAddress address, final int backlog) throws IOException {
        final NamedPipeServer.Builder builder = NamedPipeServer.builder(group().port(), checked(address)).listening(0);
        for (final Map.Entry<SocketOption<?>, Object> option : DEFAULTS.entrySet()) {
            final Object value = settings.get(option.getKey());
            if (!value.equals(option.getValue())) {
                apply(builder, option.getKey(), value);
            }
        }
        try {
            return builder.open();
        } catch (final Win32Exception refused) {
            throw (IOException) new BindException(refused.getMessage()).initCause(refused);
        } catch (final IllegalStateException refused) {
            throw ChannelFailures.ofCall(refused, this);
        }
    }

    @Override
    SocketAddress localAddress(final Device open) {
        return NamedPipeAddress.of(open.name());
    }

    @Override
    long accept(final Device open, final long with) {
        return ((NamedPipeServer) open).accept(with);
    }

    @Override
    StreamChannel newChannel(final Device connection, final AccessControlContext caller) throws IOException {
        return PipeChannel.accepted(
                provider(), group(), (NamedPipe) connection, NamedPipeAddress.of(connection.name()));
    }

    @Override
    void closeUnbound() {
        // There is no handle.
    }

    private void apply(final NamedPipeServer.Builder builder, final SocketOption<?> name, final Object value) {
        if (name == NamedPipeOptions.MODE) {
            builder.mode((PipeMode) value);
        } else if (name == NamedPipeOptions.SECURITY_DESCRIPTOR) {
            builder.securityDescriptor((String) value);
        } else if (name == NamedPipeOptions.MAX_CONNECTIONS) {
            builder.maxInstances((Integer) value);
        } else if (name == NamedPipeOptions.REMOTE_CLIENTS) {
            if ((Boolean) value) {
                builder.acceptRemoteClients();
            }
        } else if (name == StandardSocketOptions.SO_RCVBUF) {
            builder.buffers((Integer) value, settings.get(StandardSocketOptions.SO_SNDBUF));
        } else {
            builder.buffers(settings.get(StandardSocketOptions.SO_RCVBUF), (Integer) value);
        }
    }

    private static NamedPipeAddress checked(final SocketAddress address) {
        if (address == null) {
            return NamedPipeAddress.of("iocp4j-nio-" + ProcessHandle.current().pid() + '-' + NAMES.getAndIncrement());
        }
        return UnsupportedAddressException.check(address, NamedPipeAddress.class);
    }
}

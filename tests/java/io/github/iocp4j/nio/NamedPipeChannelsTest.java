package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.direct;
import static io.github.iocp4j.nio.ChannelPair.heap;
import static io.github.iocp4j.nio.ChannelPair.text;
import static io.github.iocp4j.nio.NamedPipeOptions.CONNECT_TIMEOUT;
import static io.github.iocp4j.nio.NamedPipeOptions.IMPERSONATION;
import static io.github.iocp4j.nio.NamedPipeOptions.MAX_CONNECTIONS;
import static io.github.iocp4j.nio.NamedPipeOptions.MESSAGE_CONTINUES;
import static io.github.iocp4j.nio.NamedPipeOptions.MODE;
import static io.github.iocp4j.nio.NamedPipeOptions.PEER_PROCESS_ID;
import static io.github.iocp4j.nio.NamedPipeOptions.REMOTE_CLIENTS;
import static io.github.iocp4j.nio.NamedPipeOptions.SECURITY_DESCRIPTOR;
import static io.github.iocp4j.nio.NamedPipeOptions.SERVER_CHECK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.pipe.ImpersonationLevel;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What channels over pipes have beyond those over sockets: addresses, messages, and the options of pipes. */
@Timeout(120)
final class NamedPipeChannelsTest extends ChannelsInAGroup {
    @Test
    void bothAddressesAreThatOfThePipe() throws Exception {
        final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());
        try (AsynchronousServerSocketChannel server = NamedPipeChannels.openServer(group).bind(address)) {
            assertThat(server.getLocalAddress()).isEqualTo(address);
            final Future<AsynchronousSocketChannel> accept = server.accept();
            final AsynchronousSocketChannel client = NamedPipeChannels.open(group);
            client.connect(address).get();
            final AsynchronousSocketChannel accepted = accept.get();
            assertThat(accepted.getRemoteAddress()).isEqualTo(address);
            assertThat(accepted.getLocalAddress()).isEqualTo(address);
            assertThat(client.getRemoteAddress()).isEqualTo(address);
            final int self = (int) ProcessHandle.current().pid();
            assertThat(client.getOption(PEER_PROCESS_ID)).isEqualTo(self);
            assertThat(accepted.getOption(PEER_PROCESS_ID)).isEqualTo(self);
        }
    }

    @Test
    void addressesOfTheOtherKindAreRefused() throws Exception {
        final NamedPipeAddress pipe = NamedPipeAddress.of(PipePair.newName());
        assertThatThrownBy(() -> NamedPipeChannels.open(group).connect(SocketPair.loopback()))
                .isInstanceOf(UnsupportedAddressTypeException.class)
                .hasMessageContaining("must be a " + NamedPipeAddress.class.getName());
        assertThatThrownBy(() -> NamedPipeChannels.openServer(group).bind(SocketPair.loopback()))
                .isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> ChannelPair.Kind.TCP.open(group).connect(pipe))
                .isInstanceOf(UnsupportedAddressTypeException.class).hasMessageContaining("NamedPipeChannels");
        assertThatThrownBy(() -> ChannelPair.Kind.TCP.open(group).bind(pipe))
                .isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> ChannelPair.Kind.TCP.openServer(group).bind(pipe))
                .isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> NamedPipeChannels.open(group).bind(SocketPair.loopback()))
                .isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> NamedPipeChannels.open(group).bind(pipe))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void remotePipesAreServedByNobodyHere() throws Exception {
        final AsynchronousServerSocketChannel server = NamedPipeChannels.openServer(group);
        assertThatIllegalArgumentException().isThrownBy(
                () -> server.bind(NamedPipeAddress.ofLocalOrRemote("\\\\other\\pipe\\x")));
        assertThat(server.getOption(REMOTE_CLIENTS)).isFalse();
        server.setOption(REMOTE_CLIENTS, true);
        assertThat(server.getOption(REMOTE_CLIENTS)).isTrue();
    }

    @Test
    void aMissingPipeIsAConnectExceptionAndClosesTheChannel() throws Exception {
        final AsynchronousSocketChannel client = NamedPipeChannels.open(group);
        final Future<Void> connect = client.connect(NamedPipeAddress.of(PipePair.newName()));
        assertThat(Outcome.failureOf(connect)).isExactlyInstanceOf(ConnectException.class);
        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void aBusyPipeIsWaitedForWithinTheTimeout() throws Exception {
        try (AsynchronousServerSocketChannel server = ChannelPair.Kind.PIPE.listen(group)) {
            NamedPipeChannels.open(group).connect(server.getLocalAddress()).get();
            final AsynchronousSocketChannel late = NamedPipeChannels.open(group)
                    .setOption(CONNECT_TIMEOUT, Duration.ofMillis(50));
            assertThat(Outcome.failureOf(late.connect(server.getLocalAddress())))
                    .isExactlyInstanceOf(SocketTimeoutException.class);
            server.accept().get();
            final AsynchronousSocketChannel waiting = NamedPipeChannels.open(group);
            final Future<Void> connect = waiting.connect(server.getLocalAddress());
            final AsynchronousSocketChannel accepted = server.accept().get();
            connect.get();
            accepted.write(heap("x")).get();
            assertThat(waiting.read(ByteBuffer.allocate(1)).get()).isEqualTo(1);
        }
    }

    @Test
    void aWaitingConnectEndsByCancelAndByClose() throws Exception {
        try (AsynchronousServerSocketChannel server = ChannelPair.Kind.PIPE.listen(group)) {
            NamedPipeChannels.open(group).connect(server.getLocalAddress()).get();
            final AsynchronousSocketChannel cancelled = NamedPipeChannels.open(group);
            final Future<Void> connect = cancelled.connect(server.getLocalAddress());
            assertThat(connect.cancel(false)).isTrue();
            assertThatThrownBy(connect::get).isInstanceOf(CancellationException.class);
            final AsynchronousSocketChannel closed = NamedPipeChannels.open(group);
            final Future<Void> second = closed.connect(server.getLocalAddress());
            assertThatThrownBy(() -> closed.connect(server.getLocalAddress()))
                    .isInstanceOf(ConnectionPendingException.class);
            closed.close();
            assertThat(Outcome.failureOf(second)).isExactlyInstanceOf(AsynchronousCloseException.class);
            // Neither of them takes the next instance of the pipe.
            server.accept().get();
            final Future<AsynchronousSocketChannel> accept = server.accept();
            final AsynchronousSocketChannel third = NamedPipeChannels.open(group);
            third.connect(server.getLocalAddress()).get();
            accept.get().write(heap("x")).get();
            assertThat(third.read(ByteBuffer.allocate(1)).get()).isEqualTo(1);
            assertThat(cancelled.isOpen()).isTrue();
            assertThatThrownBy(() -> cancelled.read(ByteBuffer.allocate(1))).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> cancelled.write(heap("x"))).isInstanceOf(IllegalStateException.class);
            cancelled.close();
        }
    }

    @Test
    void aNameInUseIsABindException() throws Exception {
        try (AsynchronousServerSocketChannel server = ChannelPair.Kind.PIPE.listen(group)) {
            final AsynchronousServerSocketChannel second = NamedPipeChannels.openServer(group);
            assertThatThrownBy(() -> second.bind(server.getLocalAddress())).isInstanceOf(BindException.class);
            assertThat(second.isOpen()).isTrue();
            assertThat(second.bind(null).getLocalAddress()).isInstanceOf(NamedPipeAddress.class);
        }
    }

    @Test
    void messagesKeepTheirBoundariesAndTruncationIsReported() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.MESSAGE_PIPE.connect()) {
            final Future<Integer> first = pair.client.write(heap("first"));
            assertThat(first.get()).isEqualTo(5);
            final ByteBuffer[] parts = {heap("se"), direct("co"), heap("nd")};
            final Outcome<Long> second = new Outcome<>();
            pair.client.write(parts, 0, 3, 0, TimeUnit.SECONDS, null, second);
            assertThat(second.get()).isEqualTo(6);
            final ByteBuffer large = ByteBuffer.allocate(100);
            assertThat(pair.server.read(large).get()).isEqualTo(5);
            assertThat(pair.server.getOption(MESSAGE_CONTINUES)).isFalse();
            final ByteBuffer small = ByteBuffer.allocateDirect(4);
            assertThat(pair.server.read(small).get()).isEqualTo(4);
            assertThat(pair.server.getOption(MESSAGE_CONTINUES)).isTrue();
            assertThat(text(small)).isEqualTo("seco");
            final ByteBuffer rest = ByteBuffer.allocate(100);
            assertThat(pair.server.read(rest).get()).isEqualTo(2);
            assertThat(pair.server.getOption(MESSAGE_CONTINUES)).isFalse();
            assertThat(text(rest)).isEqualTo("nd");
        }
    }

    @Test
    void theEndContinuesNoMessage() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.MESSAGE_PIPE.connect()) {
            pair.client.write(heap("part")).get();
            assertThat(pair.server.read(ByteBuffer.allocate(1)).get()).isEqualTo(1);
            assertThat(pair.server.getOption(MESSAGE_CONTINUES)).isTrue();
            pair.server.shutdownInput();
            assertThat(pair.server.read(ByteBuffer.allocate(1)).get()).isEqualTo(-1);
            assertThat(pair.server.getOption(MESSAGE_CONTINUES)).isFalse();
        }
    }

    @Test
    void aMessageLargerThanACopyIsOneMessage() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.MESSAGE_PIPE.connect()) {
            final int length = 200_000;
            final Future<Integer> write = pair.client.write(ByteBuffer.allocate(length));
            final ByteBuffer target = ByteBuffer.allocate(length + 1);
            assertThat(pair.server.read(target).get()).isEqualTo(length);
            assertThat(pair.server.getOption(MESSAGE_CONTINUES)).isFalse();
            assertThat(write.get()).isEqualTo(length);
        }
    }

    @Test
    void shutdownOutputEndsTheDataOfMessagePipesOnly() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.MESSAGE_PIPE.connect()) {
            pair.client.write(heap("last")).get();
            pair.client.shutdownOutput();
            pair.client.shutdownOutput();
            assertThat(pair.server.read(ByteBuffer.allocate(10)).get()).isEqualTo(4);
            assertThat(pair.server.read(ByteBuffer.allocate(10)).get()).isEqualTo(-1);
            assertThat(pair.server.read(ByteBuffer.allocate(10)).get()).as("the end lasts").isEqualTo(-1);
            assertThat(Outcome.failureOf(pair.client.write(heap("x"))))
                    .isExactlyInstanceOf(ClosedChannelException.class);
            pair.server.write(heap("y")).get();
            assertThat(pair.client.read(ByteBuffer.allocate(10)).get()).isEqualTo(1);
        }
        try (ChannelPair pair = ChannelPair.Kind.PIPE.connect()) {
            assertThatThrownBy(() -> pair.client.shutdownOutput()).isInstanceOf(IOException.class);
            assertThat(pair.client.write(heap("x")).get()).as("still open").isEqualTo(1);
        }
    }

    @Test
    void aClientInMessageModeNeedsAServerInMessageMode() throws Exception {
        try (AsynchronousServerSocketChannel server = ChannelPair.Kind.PIPE.listen(group)) {
            server.accept();
            final AsynchronousSocketChannel client = ChannelPair.Kind.MESSAGE_PIPE.open(group);
            assertThat(Outcome.failureOf(client.connect(server.getLocalAddress()))).isInstanceOf(IOException.class);
            assertThat(client.isOpen()).isFalse();
        }
    }

    @Test
    void connectionsAreLimited() throws Exception {
        try (AsynchronousServerSocketChannel server =
                NamedPipeChannels.openServer(group).setOption(MAX_CONNECTIONS, 1).bind(null)) {
            final AsynchronousSocketChannel client = NamedPipeChannels.open(group);
            client.connect(server.getLocalAddress()).get();
            final AsynchronousSocketChannel accepted = server.accept().get();
            final Throwable failure = Outcome.failureOf(server.accept());
            assertThat(Win32Exception.codeOf(failure)).isEqualTo(Win32Error.PIPE_BUSY);
            accepted.close();
            client.close();
            final AsynchronousSocketChannel next = NamedPipeChannels.open(group);
            final Future<Void> connect = next.connect(server.getLocalAddress());
            AsynchronousSocketChannel second = null;
            while (second == null) {
                second = acceptUnlessBusy(server);
            }
            connect.get();
            second.write(heap("x")).get();
            assertThat(next.read(ByteBuffer.allocate(1)).get()).isEqualTo(1);
        }
    }

    @Test
    void theServersProcessIsChecked() throws Exception {
        try (AsynchronousServerSocketChannel server = ChannelPair.Kind.PIPE.listen(group)) {
            final int self = (int) ProcessHandle.current().pid();
            Future<AsynchronousSocketChannel> accept = server.accept();
            final AsynchronousSocketChannel suspicious =
                    NamedPipeChannels.open(group).setOption(SERVER_CHECK, process -> process != self);
            assertThat(Outcome.failureOf(suspicious.connect(server.getLocalAddress())))
                    .isInstanceOf(ConnectException.class);
            assertThat(suspicious.isOpen()).isFalse();
            accept.get();
            accept = server.accept();
            final IllegalStateException thrown = new IllegalStateException("by the check");
            final AsynchronousSocketChannel broken = NamedPipeChannels.open(group).setOption(SERVER_CHECK, process -> {
                throw thrown;
            });
            assertThat(Outcome.failureOf(broken.connect(server.getLocalAddress()))).hasCause(thrown);
            accept.get();
            accept = server.accept();
            final AssertionError error = new AssertionError("by the check");
            final AsynchronousSocketChannel worse = NamedPipeChannels.open(group).setOption(SERVER_CHECK, process -> {
                throw error;
            });
            assertThat(Outcome.failureOf(worse.connect(server.getLocalAddress()))).hasCause(error);
            assertThat(worse.isOpen()).isFalse();
            accept.get();
            accept = server.accept();
            NamedPipeChannels.open(group).setOption(SERVER_CHECK, process -> process == self)
                    .connect(server.getLocalAddress()).get();
            accept.get();
        }
    }

    @Test
    void theAccessListDecidesWhoConnects() throws Exception {
        try (AsynchronousServerSocketChannel server = NamedPipeChannels.openServer(group)
                .setOption(SECURITY_DESCRIPTOR, "D:P(A;;GA;;;OW)(A;;0x12019b;;;WD)").bind(null)) {
            assertThat(server.getOption(SECURITY_DESCRIPTOR)).startsWith("D:P");
            final Future<AsynchronousSocketChannel> accept = server.accept();
            NamedPipeChannels.open(group).connect(server.getLocalAddress()).get();
            accept.get();
        }
        final AsynchronousServerSocketChannel malformed =
                NamedPipeChannels.openServer(group).setOption(SECURITY_DESCRIPTOR, "no descriptor");
        assertThatThrownBy(() -> malformed.bind(null)).isInstanceOf(BindException.class);
    }

    /** A channel asks for both directions. */
    @Test
    void aPipeThatRefusesTheClientByItsAccessRightsClosesTheChannel() throws Exception {
        try (NamedPipeServer server = NamedPipeServer.builder(Streams.port(), PipePair.newName())
                .direction(PipeDirection.INBOUND).open()) {
            final AsynchronousSocketChannel client = NamedPipeChannels.open(group);
            final Throwable failure = Outcome.failureOf(client.connect(NamedPipeAddress.of(server.name())));
            assertThat(failure).isInstanceOf(IOException.class);
            assertThat(Win32Exception.codeOf(failure)).isEqualTo(Win32Error.ACCESS_DENIED);
            assertThat(client.isOpen()).isFalse();
        }
    }

    @Test
    void optionsAreCheckedWhenTheyAreSet() throws Exception {
        final AsynchronousServerSocketChannel server = NamedPipeChannels.openServer(group);
        final AsynchronousSocketChannel client = NamedPipeChannels.open(group);
        assertThat(server.supportedOptions()).containsExactlyInAnyOrder(MODE, SECURITY_DESCRIPTOR, MAX_CONNECTIONS,
                REMOTE_CLIENTS, StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_SNDBUF);
        assertThat(client.supportedOptions()).containsExactlyInAnyOrder(MODE, IMPERSONATION, SERVER_CHECK,
                CONNECT_TIMEOUT, PEER_PROCESS_ID, MESSAGE_CONTINUES);
        assertThatIllegalArgumentException().isThrownBy(() -> server.setOption(MAX_CONNECTIONS, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> server.setOption(MAX_CONNECTIONS, 255));
        assertThatIllegalArgumentException().isThrownBy(() -> server.setOption(SECURITY_DESCRIPTOR, " "));
        assertThatIllegalArgumentException().isThrownBy(
                () -> server.setOption(StandardSocketOptions.SO_RCVBUF, -1));
        assertThatIllegalArgumentException().isThrownBy(
                () -> client.setOption(CONNECT_TIMEOUT, Duration.ofSeconds(-1)));
        assertThatThrownBy(() -> setUnchecked(client, MODE, "MESSAGE")).isInstanceOf(ClassCastException.class);
        assertThat(client.getOption(MODE)).isEqualTo(PipeMode.BYTE);
        assertThatThrownBy(() -> client.setOption(PEER_PROCESS_ID, 1))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> client.setOption(REMOTE_CLIENTS, true))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> server.getOption(IMPERSONATION)).isInstanceOf(UnsupportedOperationException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> client.setOption(MODE, null));
        assertThatIllegalArgumentException().isThrownBy(() -> server.setOption(MODE, null));
        client.setOption(IMPERSONATION, ImpersonationLevel.ANONYMOUS).setOption(MODE, PipeMode.MESSAGE);
        assertThat(client.getOption(IMPERSONATION)).isEqualTo(ImpersonationLevel.ANONYMOUS);
        server.setOption(MODE, PipeMode.MESSAGE).setOption(StandardSocketOptions.SO_RCVBUF, 4_096).bind(null);
        assertThatThrownBy(() -> server.setOption(MODE, PipeMode.BYTE)).isInstanceOf(AlreadyBoundException.class);
        final Future<AsynchronousSocketChannel> accept = server.accept();
        client.connect(server.getLocalAddress()).get();
        accept.get();
        assertThatThrownBy(() -> client.setOption(MODE, PipeMode.BYTE)).isInstanceOf(AlreadyConnectedException.class);
        client.close();
        assertThatThrownBy(() -> client.getOption(MODE)).isInstanceOf(ClosedChannelException.class);
    }

    /** As a program sets an option whose type it does not know. */
    @SuppressWarnings("unchecked")
    private static void setUnchecked(
            final AsynchronousSocketChannel channel, final SocketOption<?> option, final Object value)
            throws IOException {
        channel.setOption((SocketOption<Object>) option, value);
    }

    /** A closed connection may count for a moment longer. */
    private static AsynchronousSocketChannel acceptUnlessBusy(final AsynchronousServerSocketChannel server)
            throws Exception {
        final Outcome<AsynchronousSocketChannel> accept = new Outcome<>();
        server.accept(null, accept);
        try {
            return accept.get();
        } catch (final ExecutionException failed) {
            assertThat(Win32Exception.codeOf(failed)).isEqualTo(Win32Error.PIPE_BUSY);
            return null;
        }
    }
}

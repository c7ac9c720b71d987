package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.heap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.FullBacklog;
import io.github.iocp4j.fixtures.SocketPair;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalChannelGroupException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.WritePendingException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What channels throw at once, and what fails the operation instead. */
@Timeout(120)
final class ChannelMisuseTest extends ChannelsInAGroup {
    private static final ByteBuffer BYTE = ByteBuffer.allocate(1);
    private static final SocketAddress UNRESOLVED = InetSocketAddress.createUnresolved("example.invalid", 80);

    @ParameterizedTest
    @EnumSource
    void nullsAreNullPointerExceptions(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect(); AsynchronousServerSocketChannel server = kind.listen(group)) {
            final AsynchronousSocketChannel channel = pair.client;
            assertThatThrownBy(() -> channel.read(BYTE, null, null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.write(BYTE, null, null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.connect(server.getLocalAddress(), null, null))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> server.accept(null, null)).isInstanceOf(NullPointerException.class);
            final ByteBuffer[] list = {BYTE};
            assertThatThrownBy(() -> channel.read(BYTE, 1, TimeUnit.DAYS, null, null))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.write(BYTE, 1, TimeUnit.DAYS, null, null))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.read(list, 0, 1, 1, TimeUnit.DAYS, null, null))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.write(list, 0, 1, 1, TimeUnit.DAYS, null, null))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.read(null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.read(new ByteBuffer[] {null}, 0, 1, 1, TimeUnit.DAYS, null,
                    new Outcome<>())).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.write(null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.read(BYTE, 1, null, null, new Outcome<>()))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> kind.open(group).connect(null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.setOption(null, null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> channel.getOption(null)).isInstanceOf(NullPointerException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void readOnlyBuffersAndBadRangesAreThrownAtOnce(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final ByteBuffer readOnly = ByteBuffer.allocateDirect(1).asReadOnlyBuffer();
            assertThatIllegalArgumentException().isThrownBy(() -> pair.client.read(readOnly));
            assertThatIllegalArgumentException().isThrownBy(() -> pair.client.read(
                    new ByteBuffer[] {readOnly}, 0, 1, 0, TimeUnit.SECONDS, null, new Outcome<>()));
            final Outcome<Integer> handler = new Outcome<>();
            assertThatIllegalArgumentException().isThrownBy(() -> pair.client.read(readOnly, null, handler));
            assertThat(handler.isDone()).isFalse();
            final ByteBuffer[] two = {heap("a"), heap("b")};
            for (final int[] range : new int[][] {{-1, 1}, {0, 3}, {2, 1}, {0, -1}, {Integer.MAX_VALUE, 1}}) {
                assertThatThrownBy(() -> pair.client.read(
                        two, range[0], range[1], 0, TimeUnit.SECONDS, null, new Outcome<>()))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> pair.client.write(
                        two, range[0], range[1], 0, TimeUnit.SECONDS, null, new Outcome<>()))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
            assertThat(pair.client.write(readOnly).get()).as("writing takes it").isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMissingBufferFailsTheWriteAndNotTheCall(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final Outcome<Long> write = new Outcome<>();
            pair.client.write(new ByteBuffer[] {null}, 0, 1, 0, TimeUnit.SECONDS, null, write);
            assertThat(write.failure()).isInstanceOf(NullPointerException.class);
            assertThat(pair.client.write(heap("x")).get()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneOperationOfAKindAtATime(final ChannelPair.Kind kind) throws Exception {
        final Outcome<Integer> one = new Outcome<>();
        final Outcome<Long> many = new Outcome<>();
        final Outcome<AsynchronousSocketChannel> accept = new Outcome<>();
        try (ChannelPair pair = kind.connect(); AsynchronousServerSocketChannel server = kind.listen(group)) {
            final ByteBuffer[] list = {BYTE};
            pair.client.read(ByteBuffer.allocate(1));
            assertThatThrownBy(() -> pair.client.read(BYTE)).isInstanceOf(ReadPendingException.class);
            assertThatThrownBy(() -> pair.client.read(BYTE, null, one)).isInstanceOf(ReadPendingException.class);
            assertThatThrownBy(() -> pair.client.read(list, 0, 1, 0, TimeUnit.SECONDS, null, many))
                    .isInstanceOf(ReadPendingException.class);
            for (final Runnable write : List.<Runnable>of(
                    () -> pair.client.write(block()),
                    () -> pair.client.write(block(), null, new Outcome<>()),
                    () -> pair.client.write(new ByteBuffer[] {block()}, 0, 1, 0, TimeUnit.SECONDS, null,
                            new Outcome<>()))) {
                // What is in flight may still end, because Windows has some room.
                assertThatThrownBy(() -> {
                    while (true) {
                        write.run();
                    }
                }).isInstanceOf(WritePendingException.class);
            }
            server.accept();
            assertThatThrownBy(server::accept).isInstanceOf(AcceptPendingException.class);
            assertThatThrownBy(() -> server.accept(null, accept)).isInstanceOf(AcceptPendingException.class);
        }
        assertThat(one.isDone() || many.isDone() || accept.isDone()).isFalse();
    }

    private static ByteBuffer block() {
        return ByteBuffer.allocateDirect(1 << 20);
    }

    @ParameterizedTest
    @EnumSource
    void whatNeedsAConnectionIsRefusedWithoutOne(final ChannelPair.Kind kind) throws Exception {
        final AsynchronousSocketChannel channel = kind.open(group);
        assertThat(channel.getRemoteAddress()).isNull();
        assertThat(channel.getLocalAddress()).isNull();
        assertThatThrownBy(() -> channel.read(BYTE)).isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(() -> channel.write(BYTE)).isInstanceOf(NotYetConnectedException.class);
        final Outcome<Integer> one = new Outcome<>();
        final Outcome<Long> many = new Outcome<>();
        final ByteBuffer[] list = {BYTE};
        assertThatThrownBy(() -> channel.read(BYTE, null, one)).isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(() -> channel.write(BYTE, null, one)).isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(() -> channel.read(list, 0, 1, 0, TimeUnit.SECONDS, null, many))
                .isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(() -> channel.write(list, 0, 1, 0, TimeUnit.SECONDS, null, many))
                .isInstanceOf(NotYetConnectedException.class);
        assertThat(one.isDone() || many.isDone()).isFalse();
        assertThatThrownBy(channel::shutdownInput).isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(channel::shutdownOutput).isInstanceOf(NotYetConnectedException.class);
        final AsynchronousServerSocketChannel server = kind.openServer(group);
        assertThat(server.getLocalAddress()).isNull();
        assertThatThrownBy(server::accept).isInstanceOf(NotYetBoundException.class);
        final Outcome<AsynchronousSocketChannel> accept = new Outcome<>();
        assertThatThrownBy(() -> server.accept(null, accept)).isInstanceOf(NotYetBoundException.class);
        assertThat(accept.isDone()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsBoundOrConnectedTwice(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect(); AsynchronousServerSocketChannel server = kind.listen(group)) {
            assertThatThrownBy(() -> pair.client.connect(server.getLocalAddress()))
                    .isInstanceOf(AlreadyConnectedException.class);
            final Outcome<Void> handler = new Outcome<>();
            assertThatThrownBy(() -> pair.client.connect(server.getLocalAddress(), null, handler))
                    .isInstanceOf(AlreadyConnectedException.class);
            assertThat(handler.isDone()).isFalse();
            assertThatThrownBy(() -> server.bind(server.getLocalAddress())).isInstanceOf(AlreadyBoundException.class);
        }
    }

    @Test
    void aSocketIsBoundOnce() throws Exception {
        final AsynchronousSocketChannel channel = ChannelPair.Kind.TCP.open(group).bind(SocketPair.loopback());
        assertThatThrownBy(() -> channel.bind(SocketPair.loopback())).isInstanceOf(AlreadyBoundException.class);
        assertThatThrownBy(() -> channel.bind(null)).isInstanceOf(AlreadyBoundException.class);
        assertThatThrownBy(() -> channel.bind(UNRESOLVED)).isInstanceOf(AlreadyBoundException.class);
        channel.close();
        assertThatThrownBy(() -> channel.bind(UNRESOLVED)).isInstanceOf(ClosedChannelException.class);
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect()) {
            assertThatThrownBy(() -> pair.client.bind(null)).as("bound by the connect")
                    .isInstanceOf(AlreadyBoundException.class);
        }
    }

    @Test
    void aPendingConnectRefusesAnotherAndItsCancelEndsBothDirections() throws Exception {
        try (FullBacklog server = new FullBacklog()) {
            final AsynchronousSocketChannel channel = ChannelPair.Kind.TCP.open(group);
            final Future<Void> connect = channel.connect(server.address());
            assertThatThrownBy(() -> connect.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            assertThatThrownBy(() -> channel.connect(server.address())).isInstanceOf(ConnectionPendingException.class);
            final Outcome<Void> handler = new Outcome<>();
            assertThatThrownBy(() -> channel.connect(server.address(), null, handler))
                    .isInstanceOf(ConnectionPendingException.class);
            assertThat(handler.isDone()).isFalse();
            assertThatThrownBy(() -> channel.bind(null)).isInstanceOf(ConnectionPendingException.class);
            assertThatThrownBy(() -> channel.read(BYTE)).isInstanceOf(NotYetConnectedException.class);
            assertThat(connect.cancel(false)).isTrue();
            assertThat(connect.isDone()).isTrue();
            assertThatThrownBy(connect::get).isInstanceOf(CancellationException.class);
            assertThat(channel.isOpen()).isTrue();
            assertThatThrownBy(() -> channel.read(BYTE)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> channel.write(BYTE)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> channel.connect(server.address())).isInstanceOf(ConnectionPendingException.class);
            channel.close();
        }
    }

    @Test
    void addressesOfOtherKindsAreRefused() throws Exception {
        final AsynchronousSocketChannel channel = ChannelPair.Kind.TCP.open(group);
        final AsynchronousServerSocketChannel server = ChannelPair.Kind.TCP.openServer(group);
        final SocketAddress other = new SocketAddress() {
            private static final long serialVersionUID = 1L;
        };
        assertThatThrownBy(() -> channel.connect(UNRESOLVED)).isInstanceOf(UnresolvedAddressException.class);
        assertThatThrownBy(() -> channel.bind(UNRESOLVED)).isInstanceOf(UnresolvedAddressException.class);
        assertThatThrownBy(() -> server.bind(UNRESOLVED)).isInstanceOf(UnresolvedAddressException.class);
        assertThatThrownBy(() -> channel.connect(other)).isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> channel.bind(other)).isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> server.bind(other)).isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> channel.connect(UNRESOLVED, null, new Outcome<>()))
                .isInstanceOf(UnresolvedAddressException.class);
        assertThatThrownBy(() -> channel.connect(other, null, new Outcome<>()))
                .isInstanceOf(UnsupportedAddressTypeException.class);
        assertThat(channel.isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aClosedChannelFailsOperationsAndThrowsElsewhere(final ChannelPair.Kind kind) throws Exception {
        final AsynchronousSocketChannel channel = kind.open(group);
        final AsynchronousServerSocketChannel server = kind.listen(group);
        final SocketAddress address = server.getLocalAddress();
        channel.close();
        server.close();
        assertThat(channel.isOpen() || server.isOpen()).isFalse();
        assertThat(Outcome.failureOf(channel.connect(address))).isInstanceOf(ClosedChannelException.class);
        assertThat(Outcome.failureOf(channel.read(BYTE))).isInstanceOf(ClosedChannelException.class);
        assertThat(Outcome.failureOf(channel.write(BYTE))).isInstanceOf(ClosedChannelException.class);
        final Outcome<Long> scatter = new Outcome<>();
        channel.read(new ByteBuffer[] {BYTE}, 0, 1, 0, TimeUnit.SECONDS, null, scatter);
        assertThat(scatter.failure()).isInstanceOf(ClosedChannelException.class);
        final Outcome<Long> gather = new Outcome<>();
        channel.write(new ByteBuffer[] {BYTE}, 0, 1, 0, TimeUnit.SECONDS, null, gather);
        assertThat(gather.failure()).isInstanceOf(ClosedChannelException.class);
        final Outcome<Void> connect = new Outcome<>();
        channel.connect(address, null, connect);
        assertThat(connect.failure()).isInstanceOf(ClosedChannelException.class);
        assertThat(Outcome.failureOf(server.accept())).isInstanceOf(ClosedChannelException.class);
        final Outcome<AsynchronousSocketChannel> accept = new Outcome<>();
        server.accept(null, accept);
        assertThat(accept.failure()).isInstanceOf(ClosedChannelException.class);
        assertThat(accept.thread()).isNotSameAs(Thread.currentThread());
        assertThatThrownBy(channel::getLocalAddress).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::getRemoteAddress).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::shutdownInput).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(server::getLocalAddress).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> server.bind(address)).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void groupsOfOtherProvidersAndEndedGroupsAreRefused() throws Exception {
        final AsynchronousChannelGroup jdk = AsynchronousChannelGroup.withFixedThreadPool(
                1, Executors.defaultThreadFactory());
        assertThatThrownBy(() -> ChannelPair.Kind.TCP.open(jdk)).isInstanceOf(IllegalChannelGroupException.class)
                .hasMessageContaining(jdk.provider().getClass().getName());
        assertThatThrownBy(() -> ChannelPair.Kind.TCP.openServer(jdk))
                .isInstanceOf(IllegalChannelGroupException.class);
        jdk.shutdown();
        final AsynchronousChannelGroup ended = ChannelPair.fixed(1);
        final AsynchronousSocketChannel channel = ChannelPair.Kind.TCP.open(ended);
        ended.shutdown();
        assertThatThrownBy(() -> ChannelPair.Kind.TCP.open(ended)).isInstanceOf(ShutdownChannelGroupException.class);
        assertThatThrownBy(() -> ChannelPair.Kind.TCP.openServer(ended))
                .isInstanceOf(ShutdownChannelGroupException.class);
        assertThat(ended.isTerminated()).isFalse();
        channel.close();
        assertThat(ended.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThatThrownBy(() -> channel.read(BYTE, null, new Outcome<>()))
                .isInstanceOf(ShutdownChannelGroupException.class);
        assertThat(Outcome.failureOf(channel.read(BYTE))).isInstanceOf(IOException.class);
    }

    @Test
    void groupsCheckTheirArguments() {
        assertThatIllegalArgumentException().isThrownBy(() -> ChannelPair.fixed(0));
        assertThatIllegalArgumentException().isThrownBy(() -> ChannelPair.fixed(1025));
        assertThatThrownBy(() -> ChannelPair.PROVIDER.openAsynchronousChannelGroup(1, null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> ChannelPair.PROVIDER.openAsynchronousChannelGroup(null, 1))
                .isInstanceOf(NullPointerException.class);
    }
}

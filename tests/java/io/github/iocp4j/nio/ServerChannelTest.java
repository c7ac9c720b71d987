package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.heap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Accepts of servers, over sockets as over pipes. */
@Timeout(120)
final class ServerChannelTest extends ChannelsInAGroup {
    @ParameterizedTest
    @EnumSource
    void closeEndsAnAcceptWithAFutureOrAHandler(final ChannelPair.Kind kind) throws Exception {
        final AsynchronousServerSocketChannel first = kind.listen(group);
        final Future<AsynchronousSocketChannel> accept = first.accept();
        first.close();
        first.close();
        assertThat(Outcome.failureOf(accept)).isExactlyInstanceOf(AsynchronousCloseException.class);

        final AsynchronousServerSocketChannel second = kind.listen(group);
        final Outcome<AsynchronousSocketChannel> handler = new Outcome<>();
        second.accept("attached", handler);
        second.close();
        assertThat(handler.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        assertThat(handler.attachment()).isEqualTo("attached");
        assertThat(handler.isCalledOnce()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void theAddressIsFreeAfterTheClose(final ChannelPair.Kind kind) throws Exception {
        AsynchronousServerSocketChannel server = kind.listen(group);
        final SocketAddress address = server.getLocalAddress();
        for (int i = 0; i < 100; i++) {
            final Future<AsynchronousSocketChannel> accept = server.accept();
            server.close();
            server = kind.openServer(group).bind(address);
            assertThat(Outcome.failureOf(accept)).isExactlyInstanceOf(AsynchronousCloseException.class);
        }
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void aCancelledAcceptLeavesTheServerOpenButAcceptsNoMore(final ChannelPair.Kind kind) throws Exception {
        try (AsynchronousServerSocketChannel server = kind.listen(group)) {
            final Future<AsynchronousSocketChannel> accept = server.accept();
            assertThat(accept.cancel(false)).isTrue();
            assertThat(accept.isDone()).isTrue();
            assertThat(accept.isCancelled()).isTrue();
            assertThatThrownBy(accept::get).isInstanceOf(CancellationException.class);
            assertThat(server.isOpen()).isTrue();
            assertThatThrownBy(server::accept).isExactlyInstanceOf(IllegalStateException.class);
            awaitNothingInFlight();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCancelThatMayInterruptClosesTheServer(final ChannelPair.Kind kind) throws Exception {
        final AsynchronousServerSocketChannel server = kind.listen(group);
        final Future<AsynchronousSocketChannel> accept = server.accept();
        assertThat(accept.cancel(true)).isTrue();
        assertThatThrownBy(accept::get).isInstanceOf(CancellationException.class);
        assertThat(server.isOpen()).isFalse();
        assertThat(Outcome.failureOf(server.accept())).isExactlyInstanceOf(ClosedChannelException.class);
    }

    /** The only thread of the group accepts, in a handler, while the next client waits already. */
    @ParameterizedTest
    @EnumSource
    void theHandlerOfAnAcceptIsNeverCalledOnTheInitiatingStack(final ChannelPair.Kind kind) throws Exception {
        try (AsynchronousServerSocketChannel server = kind.listen(group);
                AsynchronousSocketChannel first = kind.open(null); AsynchronousSocketChannel second = kind.open(null)) {
            final Future<Void> firstConnects = first.connect(server.getLocalAddress());
            final Future<Void> secondConnects = second.connect(server.getLocalAddress());
            final Nested nested = new Nested(server);
            server.accept(null, nested);
            assertThat(nested.nestedCall.get()).as("an accept of a client").isFalse();
            firstConnects.get();
            secondConnects.get();
            final Nested ofClosed = new Nested(server);
            second.read(ByteBuffer.allocate(1), null, new Outcome<>());
            nested.accepted.get().write(heap("x"), null, new CompletionHandler<Integer, Object>() {
                @Override
                public void completed(final Integer bytes, final Object attachment) {
                    ofClosed.closeAndAccept();
                }

                @Override
                public void failed(final Throwable failure, final Object attachment) {
                    ofClosed.nestedCall.completeExceptionally(failure);
                }
            });
            assertThat(ofClosed.nestedCall.get()).as("an accept of a closed server").isFalse();
        }
    }

    private void awaitNothingInFlight() throws InterruptedException {
        while (((ChannelGroup) group).port().snapshot().operationsInFlight() > 0) {
            Thread.sleep(1);
        }
    }

    /** Accepts twice, and learns whether the handler of the second accept is called by the call that starts it. */
    private static final class Nested implements CompletionHandler<AsynchronousSocketChannel, Object> {
        final CompletableFuture<AsynchronousSocketChannel> accepted = new CompletableFuture<>();
        final CompletableFuture<Boolean> nestedCall = new CompletableFuture<>();
        private final AsynchronousServerSocketChannel server;
        private boolean starting;

        Nested(final AsynchronousServerSocketChannel server) {
            this.server = server;
        }

        void closeAndAccept() {
            ((ServerChannel) server).close();
            acceptAgain();
        }

        @Override
        public void completed(final AsynchronousSocketChannel channel, final Object attachment) {
            if (accepted.complete(channel)) {
                acceptAgain();
            } else {
                nestedCall.complete(starting);
            }
        }

        @Override
        public void failed(final Throwable failure, final Object attachment) {
            nestedCall.complete(starting);
        }

        private void acceptAgain() {
            starting = true;
            server.accept(null, this);
            starting = false;
        }
    }
}

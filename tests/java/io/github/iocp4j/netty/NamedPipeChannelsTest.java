package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Wine;
import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.github.iocp4j.pipe.ImpersonationLevel;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.PipeMode;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import java.io.RandomAccessFile;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Named pipes between channels of the transport, and with others. */
@Timeout(120)
final class NamedPipeChannelsTest {
    private static final int MEBIBYTE = 1 << 20;

    @AutoClose
    private final Loops loops = new Loops();
    private final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());

    private ServerBootstrap serverBootstrap(final Supplier<ChannelHandler> child) {
        return new ServerBootstrap().group(loops.group()).channel(IocpNamedPipeServerChannel.class)
                .option(ChannelOption.ALLOCATOR, loops.allocator())
                .childOption(ChannelOption.ALLOCATOR, loops.allocator()).childHandler(Loops.initializer(child));
    }

    private Channel serve() throws Exception {
        return serverBootstrap(Echo::new).bind(address).sync().channel();
    }

    private Bootstrap bootstrap(final ChannelHandler handler) {
        return new Bootstrap().group(loops.group()).channel(IocpNamedPipeChannel.class)
                .option(ChannelOption.ALLOCATOR, loops.allocator()).handler(handler);
    }

    @Test
    void echoesSmallAndLarge() throws Exception {
        final Channel server = serve();
        assertThat(server.localAddress()).isEqualTo(address);
        final Collector collector = new Collector();
        final Channel client = bootstrap(collector).connect(address).sync().channel();
        for (final int length : new int[] {1, 100, 65_536, MEBIBYTE + 1, 4 * MEBIBYTE}) {
            final byte[] sent = Loops.random(length);
            client.writeAndFlush(loops.buffer(sent));
            assertThat(collector.await(length)).isEqualTo(sent);
        }
        final CompositeByteBuf composite = loops.allocator().compositeDirectBuffer();
        composite.addComponent(true, loops.buffer(Loops.random(300)));
        composite.addComponent(true, loops.buffer(Loops.random(500)));
        client.writeAndFlush(composite).sync();
        assertThat(collector.await(800)).startsWith(Loops.random(300)).endsWith(Loops.random(500));
        assertThat(client.remoteAddress()).isEqualTo(address);
        assertThat(((IocpNamedPipeChannel) client).peerProcessId()).isEqualTo((int) ProcessHandle.current().pid());
        client.close().sync();
        assertThat(collector.event()).isEqualTo("inactive");
    }

    @Test
    void knowsItsPeer() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        serverBootstrap(() -> Loops.handingOver(accepted)).bind(address).sync();
        final IocpNamedPipeChannel client =
                (IocpNamedPipeChannel) bootstrap(new Collector()).connect(address).sync().channel();
        final IocpNamedPipeChannel child = (IocpNamedPipeChannel) accepted.take();
        for (final IocpNamedPipeChannel end : List.of(client, child)) {
            assertThat(end.peerProcessId()).isEqualTo((int) ProcessHandle.current().pid());
            assertThat(end.peerUser()).isEqualTo(ProcessHandle.current().info().user());
            assertThat(end.peerSessionId()).isNotNegative();
        }
        final IocpNamedPipeChannel unconnected = new IocpNamedPipeChannel();
        assertThat(unconnected.peerProcessId()).isZero();
        assertThat(unconnected.peerUser()).isEmpty();
        assertThatThrownBy(unconnected::peerSessionId).isInstanceOf(NotYetConnectedException.class);
    }

    @Test
    void zeroByteReadsLeaveIdleConnectionsWithoutBuffers() throws Exception {
        serverBootstrap(Echo::new).childOption(IocpChannelOption.ZERO_BYTE_READS, true).bind(address).sync();
        final Collector collector = new Collector();
        final Channel client = bootstrap(collector).option(IocpChannelOption.ZERO_BYTE_READS, true).connect(address)
                .sync().channel();
        assertThat(client.config().getOptions()).containsEntry(IocpChannelOption.ZERO_BYTE_READS, true);
        for (final int length : new int[] {1, 2_000, 65_536, 3 * MEBIBYTE, 1}) {
            final byte[] sent = Loops.random(length);
            client.writeAndFlush(loops.buffer(sent)).sync();
            assertThat(collector.await(length)).isEqualTo(sent);
            loops.awaitNoBuffers();
        }
        client.close().sync();
        assertThat(collector.event()).isEqualTo("inactive");
    }

    @Test
    void zeroByteReadsNoticeTheEndOfThePeer() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        serverBootstrap(() -> Loops.handingOver(accepted)).bind(address).sync();
        final Collector collector = new Collector();
        bootstrap(collector).option(IocpChannelOption.ZERO_BYTE_READS, true).connect(address).sync();
        accepted.take().close().sync();
        assertThat(collector.event()).isEqualTo("inactive");
    }

    @Test
    void servesABurstOfClients() throws Exception {
        serve();
        final List<Collector> collectors = new ArrayList<>();
        final List<ChannelFuture> connects = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            collectors.add(new Collector());
            connects.add(bootstrap(collectors.get(i)).connect(address));
        }
        final byte[] sent = Loops.random(1_000);
        for (final ChannelFuture connect : connects) {
            connect.sync().channel().writeAndFlush(loops.buffer(sent));
        }
        for (final Collector collector : collectors) {
            assertThat(collector.await(sent.length)).isEqualTo(sent);
        }
    }

    @Test
    void talksToOtherImplementations() throws Exception {
        serve();
        try (RandomAccessFile file = new RandomAccessFile(address.path(), "rw")) {
            file.write(Loops.random(1_000));
            final byte[] answer = new byte[1_000];
            file.readFully(answer);
            assertThat(answer).isEqualTo(Loops.random(1_000));
        }
    }

    @Test
    void deliversWhatWasWrittenBeforeTheClose() throws Exception {
        serverBootstrap(() -> new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(final ChannelHandlerContext context) {
                context.writeAndFlush(loops.buffer(Loops.random(50_000))).addListener(ChannelFutureListener.CLOSE);
            }
        }).bind(address).sync();
        final Collector collector = new Collector();
        bootstrap(collector).connect(address).sync();
        assertThat(collector.await(50_000)).isEqualTo(Loops.random(50_000));
        assertThat(collector.event()).isEqualTo("inactive");
    }

    @Test
    void closesWithOperationsInFlight() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        serverBootstrap(() -> Loops.handingOver(accepted)).childOption(ChannelOption.AUTO_READ, false).bind(address)
                .sync();
        final Channel client = bootstrap(new Collector()).connect(address).sync().channel();
        final List<ChannelFuture> writes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            writes.add(client.writeAndFlush(loops.buffer(new byte[MEBIBYTE])));
        }
        client.close().sync();
        for (final ChannelFuture write : writes) {
            assertThat(write.await().cause()).isInstanceOf(ClosedChannelException.class);
        }
        accepted.take().close().sync();
    }

    /** A pipe has no half closure. Therefore nothing is left of it after a failed write. */
    @Test
    void closesAfterAFailedWriteWithoutAutoClose() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        serverBootstrap(() -> Loops.handingOver(accepted)).bind(address).sync();
        final Collector collector = new Collector();
        final Channel client = bootstrap(collector).option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.AUTO_CLOSE, false).connect(address).sync().channel();
        accepted.take().close().sync();
        assertThat(client.writeAndFlush(loops.buffer(new byte[10])).await().isSuccess()).isFalse();
        client.closeFuture().sync();
        Object event = collector.event();
        while (event instanceof ChannelOutputShutdownEvent) {
            event = collector.event();
        }
        assertThat(event).isEqualTo("inactive");
    }

    @Test
    void failsAConnectClearly() throws Exception {
        assertThatThrownBy(() -> bootstrap(new Collector()).connect(address).sync())
                .isInstanceOf(ConnectException.class).hasMessageContaining("ERROR_FILE_NOT_FOUND");
        assertThatThrownBy(() -> bootstrap(new Collector()).connect(Loops.loopback(1)).sync())
                .isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> serverBootstrap(Echo::new).bind(Loops.loopback(0)).sync())
                .isInstanceOf(UnsupportedAddressTypeException.class);
        serve();
        assertThatThrownBy(() -> serve()).isInstanceOf(BindException.class).hasMessageContaining(address.path());
    }

    @Test
    void limitsTheConnections() throws Exception {
        serverBootstrap(Echo::new).option(IocpChannelOption.PIPE_MAX_CONNECTIONS, 2).bind(address).sync();
        final Collector third = new Collector();
        final Channel first = bootstrap(new Collector()).connect(address).sync().channel();
        bootstrap(new Collector()).connect(address).sync();
        assertThatThrownBy(() -> bootstrap(new Collector()).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 100)
                .connect(address).sync()).isInstanceOf(ConnectTimeoutException.class);
        final ChannelFuture waits = bootstrap(third).connect(address);
        first.close().sync();
        waits.sync().channel().writeAndFlush(loops.buffer(Loops.random(10)));
        assertThat(third.await(10)).isEqualTo(Loops.random(10));
    }

    @Test
    void acceptsOnlyWhenAsked() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = serverBootstrap(() -> Loops.handingOver(accepted)).option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_BACKLOG, 1).bind(address).sync().channel();
        final ChannelFuture one = bootstrap(new Collector()).connect(address);
        final ChannelFuture two = bootstrap(new Collector()).connect(address);
        server.eventLoop().submit(() -> { }).sync();
        assertThat(accepted).isEmpty();
        server.read();
        accepted.take();
        server.read();
        accepted.take();
        one.sync();
        two.sync();
    }

    @Test
    void freesTheNameWithTheClose() throws Exception {
        for (int i = 0; i < 5; i++) {
            final Channel server = serve();
            final Channel client = bootstrap(new Collector()).connect(address).sync().channel();
            server.close().sync();
            client.close().sync();
            while (true) {
                // The other end of the client may still be open on its own loop.
                final ChannelFuture again = serverBootstrap(Echo::new).bind(address).await();
                if (again.isSuccess()) {
                    again.channel().close().sync();
                    break;
                }
                assertThat(again.cause()).isInstanceOf(BindException.class);
            }
        }
    }

    @Test
    void fixesThePipesOptionsAtTheBind() throws Exception {
        final Channel server = serve();
        final Map<ChannelOption<?>, Object> changes = Map.of(IocpChannelOption.PIPE_MODE, PipeMode.MESSAGE,
                IocpChannelOption.PIPE_SECURITY_DESCRIPTOR, "D:P(A;;GA;;;WD)",
                IocpChannelOption.PIPE_ACCEPT_REMOTE_CLIENTS, true);
        for (final Map.Entry<ChannelOption<?>, Object> change : changes.entrySet()) {
            @SuppressWarnings("unchecked")
            final ChannelOption<Object> option = (ChannelOption<Object>) change.getKey();
            final Object before = server.config().getOption(option);
            assertThatThrownBy(() -> server.config().setOption(option, change.getValue()))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining(option.name() + " before the bind");
            assertThat(server.config().getOption(option)).isEqualTo(before);
        }
        // After a bind that has failed, they may be set for another one.
        final ChannelFuture failed = serverBootstrap(Echo::new).register().sync().channel().bind(address).await();
        assertThat(failed.cause()).isInstanceOf(BindException.class);
        failed.channel().config().setOption(IocpChannelOption.PIPE_ACCEPT_REMOTE_CLIENTS, true);
    }

    @Test
    void failsAConnectThatTheAccessListRefuses() throws Exception {
        Wine.skip("Wine lets every user open a pipe, whatever its access list says");
        // All but FILE_WRITE_DATA: the server of the same user needs the rest for its instances.
        serverBootstrap(Echo::new).option(IocpChannelOption.PIPE_SECURITY_DESCRIPTOR, "D:P(A;;0x1f01fd;;;WD)")
                .bind(address).sync();
        final ChannelFuture refused = bootstrap(new Collector()).connect(address).await();
        assertThat(refused.cause()).isInstanceOf(ConnectException.class).hasMessageContaining("ERROR_ACCESS_DENIED");
        refused.channel().closeFuture().sync();
    }

    @Test
    void setsOptions() throws Exception {
        final Channel server = serverBootstrap(Echo::new).option(ChannelOption.SO_BACKLOG, 3)
                .option(IocpChannelOption.PIPE_SECURITY_DESCRIPTOR, "D:P(A;;GA;;;OW)(A;;GA;;;WD)")
                .option(IocpChannelOption.PIPE_ACCEPT_REMOTE_CLIENTS, true).bind(address).sync().channel();
        assertThat(server.config().getOption(ChannelOption.SO_BACKLOG)).isEqualTo(3);
        assertThat(server.config().getOption(IocpChannelOption.PIPE_ACCEPT_REMOTE_CLIENTS)).isTrue();
        assertThat(server.config().getOption(IocpChannelOption.PIPE_SECURITY_DESCRIPTOR)).startsWith("D:P");
        assertThat(server.config().getOption(IocpChannelOption.PIPE_MAX_CONNECTIONS)).isEqualTo(Integer.MAX_VALUE);
        server.config().setOption(ChannelOption.SO_BACKLOG, 10_000);
        assertThat(server.config().getOption(ChannelOption.SO_BACKLOG)).isEqualTo(1024);
        server.config().setOption(ChannelOption.SO_BACKLOG, 0);
        assertThat(server.config().getOption(ChannelOption.SO_BACKLOG)).as("the default").isEqualTo(16);
        assertThatThrownBy(() -> server.config().setOption(ChannelOption.SO_BACKLOG, -1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> server.config().setOption(IocpChannelOption.PIPE_MAX_CONNECTIONS, 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at least 1");
        final Channel client = bootstrap(new Collector())
                .option(IocpChannelOption.PIPE_IMPERSONATION_LEVEL, ImpersonationLevel.ANONYMOUS).connect(address)
                .sync().channel();
        assertThat(client.config().getOption(IocpChannelOption.PIPE_IMPERSONATION_LEVEL))
                .isEqualTo(ImpersonationLevel.ANONYMOUS);
        assertThat(client.config().getOptions()).containsKey(IocpChannelOption.PIPE_IMPERSONATION_LEVEL);
        assertThatThrownBy(() -> serverBootstrap(Echo::new)
                .option(IocpChannelOption.PIPE_SECURITY_DESCRIPTOR, "nonsense")
                .bind(NamedPipeAddress.of(PipePair.newName())).sync()).hasMessageContaining("nonsense");
    }
}

package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.netty.IocpChannelOption;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;

/**
 * Measures what an idle connection of a Netty server takes on the Java heap and of Netty's direct buffers, on each
 * transport, and on ours with reads of 0 bytes. It prints a line for each, with its key and the bytes. The client's end
 * is a channel of the JDK, which is the same for all.
 */
public final class NettyIdleConnections {
    private final Semaphore accepted = new Semaphore(0);
    private final List<SocketChannel> clients = new ArrayList<>();
    private final InetSocketAddress server;
    private final boolean withZeroByteReads;

    private NettyIdleConnections(final NettyTransport transport, final boolean withZeroByteReads)
            throws InterruptedException {
        this.withZeroByteReads = withZeroByteReads;
        final int port = Integer.parseInt(new NettyServer(new Counter(), List.of(transport.name())).address());
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /**
     * Counts.
     *
     * @param args how many connections on each transport
     * @throws Exception when one cannot be made
     */
    public static void main(final String[] args) throws Exception {
        final int count = Integer.parseInt(args[0]);
        new NettyIdleConnections(NettyTransport.NIO, false).print("netty-nio", count);
        new NettyIdleConnections(NettyTransport.IOCP, false).print("netty-iocp", count);
        new NettyIdleConnections(NettyTransport.IOCP, true).print("netty-zero-byte", count);
        System.exit(0);
    }

    private void print(final String key, final int count) throws Exception {
        // As many connections as are counted, so that everything that is allocated once is allocated now.
        connect(count);
        final long heap = IdleConnections.usedHeap();
        final long direct = direct();
        connect(count);
        print(key + "-heap", IdleConnections.usedHeap() - heap, count);
        print(key + "-direct", direct() - direct, count);
    }

    private static void print(final String key, final long bytes, final int count) {
        System.out.println(String.format(Locale.ROOT, "%s %.1f", key, (double) bytes / count));
    }

    private void connect(final int count) throws Exception {
        for (int i = 0; i < count; i++) {
            clients.add(SocketChannel.open(server));
        }
        accepted.acquire(count);
    }

    private static long direct() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
    }

    /** Counts the connections. */
    @Sharable
    private final class Counter extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(final ChannelHandlerContext context) {
            if (withZeroByteReads) {
                context.channel().config().setOption(IocpChannelOption.ZERO_BYTE_READS, true);
            }
            context.fireChannelActive();
            accepted.release();
        }
    }
}

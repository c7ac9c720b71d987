package io.github.iocp4j.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** UDP channels on loops whose buffers are counted, and what a test needs to talk to them. */
final class Datagrams implements AutoCloseable {
    private final Loops loops = new Loops();

    Bootstrap bootstrap(final ChannelHandler handler) {
        return bootstrap(handler, null);
    }

    Bootstrap bootstrap(final ChannelHandler handler, final SocketProtocolFamily family) {
        return new Bootstrap().group(loops.group()).channelFactory(() -> new IocpDatagramChannel(family))
                .option(ChannelOption.ALLOCATOR, loops.allocator()).handler(handler);
    }

    DatagramChannel bind(final ChannelHandler handler) throws Exception {
        return (DatagramChannel) bootstrap(handler).bind(Loops.loopback(0)).sync().channel();
    }

    /** With a port of its own choice: Linux, and so Wine, takes one that it has chosen away at the disconnect. */
    DatagramChannel connect(final ChannelHandler handler, final InetSocketAddress peer) throws Exception {
        return (DatagramChannel) bootstrap(handler).connect(peer, freeAddress()).sync().channel();
    }

    /** An address whose port no socket has. */
    InetSocketAddress freeAddress() throws Exception {
        final DatagramChannel gone = bind(new Received());
        gone.close().sync();
        return gone.localAddress();
    }

    DatagramPacket to(final DatagramChannel target, final int... bytes) {
        return new DatagramPacket(bytes(bytes), target.localAddress());
    }

    ByteBuf bytes(final int... bytes) {
        final ByteBuf buffer = loops.allocator().directBuffer();
        for (final int value : bytes) {
            buffer.writeByte(value);
        }
        return buffer;
    }

    ByteBuf zeros(final int length) {
        return loops.allocator().directBuffer(length).writeZero(length);
    }

    /** Ends the loops; then no buffer may be left. */
    @Override
    public void close() {
        loops.close();
    }

    /** Collects datagrams as hexadecimal digits, and exceptions. */
    @ChannelHandler.Sharable
    static final class Received extends ChannelInboundHandlerAdapter {
        final BlockingQueue<String> datagrams = new LinkedBlockingQueue<>();
        final BlockingQueue<Throwable> events = new LinkedBlockingQueue<>();
        volatile InetSocketAddress sender;
        volatile InetSocketAddress recipient;
        volatile int longestRead;
        private int read;

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            final DatagramPacket packet = (DatagramPacket) message;
            sender = packet.sender();
            recipient = packet.recipient();
            read++;
            datagrams.add(ByteBufUtil.hexDump(packet.content()));
            packet.release();
        }

        @Override
        public void channelReadComplete(final ChannelHandlerContext context) {
            longestRead = Math.max(longestRead, read);
            read = 0;
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            events.add(cause);
        }

        String next() throws InterruptedException {
            return datagrams.take();
        }
    }
}

package io.github.iocp4j.bench.contestants;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/** A TCP server with Netty's own pool of direct buffers, as it comes. */
final class NettyServer implements NettyWorkload {
    private final Channel server;

    /** Arguments: the name of a transport. */
    NettyServer(final ChannelHandler connections, final List<String> arguments) throws InterruptedException {
        final NettyTransport transport = NettyTransport.valueOf(arguments.get(0));
        server = new ServerBootstrap()
                .group(transport.acceptor(), transport.workers())
                .channel(transport.channel())
                .option(ChannelOption.SO_BACKLOG, Integer.MAX_VALUE)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(connections)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).sync().channel();
    }

    @Override
    public SocketAddress bound() {
        return server.localAddress();
    }
}

package com.example.echoed;

import io.github.iocp4j.netty.Iocp;
import io.github.iocp4j.netty.IocpIoHandler;
import io.github.iocp4j.netty.IocpNamedPipeChannel;
import io.github.iocp4j.netty.IocpNamedPipeServerChannel;
import io.github.iocp4j.netty.IocpServerSocketChannel;
import io.github.iocp4j.netty.IocpSocketChannel;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Gets back a text, and the content of a file, from an echo server over TCP and over a named pipe. */
public final class Echoed {
    private static final String TEXT = "Hello";
    private static final String FILE = " from a file";

    private Echoed() {}

    /**
     * Ends with an exception if something else comes back.
     *
     * @param args none
     * @throws Exception when the transport does not work, or Netty fails
     */
    public static void main(final String[] args) throws Exception {
        Iocp.ensureAvailability();
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, IocpIoHandler.newFactory());
        try {
            check(group, IocpServerSocketChannel.class, IocpSocketChannel.class,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            check(group, IocpNamedPipeServerChannel.class, IocpNamedPipeChannel.class,
                    NamedPipeAddress.of("iocp4j-echoed-" + ProcessHandle.current().pid()));
        } finally {
            group.shutdownGracefully().sync();
        }
        System.out.println("ok: an echo over TCP and one over a named pipe");
    }

    private static void check(final EventLoopGroup group, final Class<? extends ServerChannel> server,
            final Class<? extends Channel> client, final SocketAddress address) throws Exception {
        final CompletableFuture<String> answer = new CompletableFuture<>();
        final Channel bound = new ServerBootstrap().group(group).channel(server)
                .childHandler(new Echo()).bind(address).sync().channel();
        final Channel connected = new Bootstrap().group(group).channel(client)
                .handler(new Answer(answer)).connect(bound.localAddress()).sync().channel();
        final Path file = Files.writeString(Files.createTempFile("echoed", null), FILE);
        connected.write(Unpooled.copiedBuffer(TEXT, StandardCharsets.US_ASCII));
        connected.writeAndFlush(new DefaultFileRegion(file.toFile(), 0, FILE.length())).sync();
        if (!answer.get().equals(TEXT + FILE)) {
            throw new IllegalStateException("Unexpected answer: " + answer.get());
        }
        connected.close().sync();
        bound.close().sync();
        Files.delete(file);
    }

    /** Sends back what comes. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            context.writeAndFlush(message);
        }
    }

    /** Collects what comes until it is all. */
    private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
        private final StringBuilder received = new StringBuilder();
        private final CompletableFuture<String> whole;

        Answer(final CompletableFuture<String> whole) {
            this.whole = whole;
        }

        @Override
        protected void channelRead0(final ChannelHandlerContext context, final ByteBuf message) {
            received.append(message.toString(StandardCharsets.US_ASCII));
            if (received.length() >= TEXT.length() + FILE.length()) {
                whole.complete(received.toString());
            }
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable failure) {
            whole.completeExceptionally(failure);
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            whole.completeExceptionally(new IOException("The connection has ended after: " + received));
        }
    }
}

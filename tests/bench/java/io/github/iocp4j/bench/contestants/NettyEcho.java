package io.github.iocp4j.bench.contestants;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Answers with what has come, with a flush for each turn of reads. */
@Sharable
final class NettyEcho extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        context.write(message, context.voidPromise());
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        context.close();
    }
}

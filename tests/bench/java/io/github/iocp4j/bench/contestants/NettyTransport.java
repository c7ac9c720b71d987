package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.netty.IocpIoHandler;
import io.github.iocp4j.netty.IocpServerSocketChannel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.function.Supplier;

/**
 * A transport of Netty with its event loops: one that accepts, and as many others as there are processors. A server on
 * it counts the batches of completions, each of which is one call from native code.
 */
enum NettyTransport {
    /** Netty's own. */
    NIO(NioIoHandler::newFactory, NioServerSocketChannel.class) {
        @Override
        IoHandlerFactory loops() {
            return factory();
        }
    },
    /** The one of iocp4j-netty. */
    IOCP(IocpIoHandler::newFactory, IocpServerSocketChannel.class) {
        @Override
        IoHandlerFactory loops() {
            return CountingIoHandler.factory(factory());
        }
    };

    private final Supplier<IoHandlerFactory> factory;
    private final Class<? extends ServerChannel> channel;

    NettyTransport(final Supplier<IoHandlerFactory> factory, final Class<? extends ServerChannel> channel) {
        this.factory = factory;
        this.channel = channel;
    }

    /** What the loops run on. */
    abstract IoHandlerFactory loops();

    final IoHandlerFactory factory() {
        return factory.get();
    }

    EventLoopGroup acceptor() {
        return new MultiThreadIoEventLoopGroup(1, loops());
    }

    EventLoopGroup workers() {
        return new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), loops());
    }

    Class<? extends ServerChannel> channel() {
        return channel;
    }
}

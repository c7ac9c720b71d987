package io.github.iocp4j.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketTestPermutation;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;

/** The transports at the ends of a connection in Netty's own tests. Netty names one such choice a permutation. */
final class Ends extends SocketTestPermutation {
    static final Ends IOCP = new Ends(Transport.IOCP, Transport.IOCP);
    static final Ends IOCP_SERVER = new Ends(Transport.IOCP, Transport.NIO);
    static final Ends IOCP_CLIENT = new Ends(Transport.NIO, Transport.IOCP);
    static final Ends NIO = new Ends(Transport.NIO, Transport.NIO);
    static final List<Ends> ALL = List.of(IOCP, IOCP_SERVER, IOCP_CLIENT, NIO);

    /** For the tests that run now. Netty makes their objects without arguments. */
    private static volatile Ends current = IOCP;

    private final Transport server;
    private final Transport client;

    private Ends(final Transport server, final Transport client) {
        this.server = server;
        this.client = client;
    }

    static Ends current() {
        return current;
    }

    void use() {
        current = this;
    }

    /** Whether no end is this transport's, so that the tests only show what the system can do. */
    boolean isBaseline() {
        return this == NIO;
    }

    @Override
    public List<BootstrapFactory<ServerBootstrap>> serverSocket() {
        return List.of(() -> new ServerBootstrap().group(server.group).channel(server.server));
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> clientSocket() {
        return List.of(() -> new Bootstrap().group(client.group).channel(client.client));
    }

    @Override
    public String toString() {
        return server + " × " + client;
    }

    /** Has several loops, so that a connection lives on another one than its server. They run until the JVM ends. */
    private enum Transport {
        IOCP(IocpIoHandler.newFactory(), IocpServerSocketChannel.class, IocpSocketChannel.class),
        NIO(NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);

        private static final int LOOPS = 4;

        private final EventLoopGroup group;
        private final Class<? extends ServerChannel> server;
        private final Class<? extends Channel> client;

        Transport(final IoHandlerFactory factory, final Class<? extends ServerChannel> server,
                final Class<? extends Channel> client) {
            group = new MultiThreadIoEventLoopGroup(
                    LOOPS, new DefaultThreadFactory("netty-suite-" + name(), true), factory);
            this.server = server;
            this.client = client;
        }
    }
}

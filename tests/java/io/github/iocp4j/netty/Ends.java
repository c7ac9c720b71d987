package io.github.iocp4j.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketTestPermutation;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** The transports at the ends of a connection in Netty's own tests. Netty names one such choice a permutation. */
final class Ends extends SocketTestPermutation {
    static final Ends IOCP = new Ends(Transport.IOCP, Transport.IOCP);
    static final Ends IOCP_SERVER = new Ends(Transport.IOCP, Transport.NIO);
    static final Ends IOCP_CLIENT = new Ends(Transport.NIO, Transport.IOCP);
    static final Ends NIO = new Ends(Transport.NIO, Transport.NIO);
    static final List<Ends> ALL = List.of(IOCP, IOCP_SERVER, IOCP_CLIENT, NIO);

    /** Without the pair that only shows what the system can do. */
    static final List<Ends> TESTED = List.of(IOCP, IOCP_SERVER, IOCP_CLIENT);

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

    /** Of the server's transport, for the tests of loops. */
    EventLoopGroup newGroup(final int loops, final EventExecutorChooserFactory chooser) {
        return new MultiThreadIoEventLoopGroup(loops, (Executor) null, chooser, server.factory);
    }

    /** A channel for {@link #newGroup}. */
    Channel newSocket() {
        return new ReflectiveChannelFactory<>(server.client).newChannel();
    }

    Class<? extends ServerChannel> serverClass() {
        return server.server;
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
    public List<BootstrapComboFactory<Bootstrap, Bootstrap>> datagram(final SocketProtocolFamily family) {
        return combo(server.datagrams(family), client.datagrams(family));
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> datagramSocket() {
        return client.datagrams(null);
    }

    @Override
    public String toString() {
        return server + " × " + client;
    }

    /** Has several loops, so that a connection lives on another one than its server. They run until the JVM ends. */
    private enum Transport {
        IOCP(IocpIoHandler.newFactory(), IocpServerSocketChannel.class, IocpSocketChannel.class,
                IocpDatagramChannel::new),
        NIO(NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class,
                NioDatagramChannel::new);

        private static final int LOOPS = 4;

        private final IoHandlerFactory factory;
        private final EventLoopGroup group;
        private final Class<? extends ServerChannel> server;
        private final Class<? extends Channel> client;
        private final Function<SocketProtocolFamily, Channel> datagram;

        Transport(final IoHandlerFactory factory, final Class<? extends ServerChannel> server,
                final Class<? extends Channel> client, final Function<SocketProtocolFamily, Channel> datagram) {
            this.factory = factory;
            group = new MultiThreadIoEventLoopGroup(
                    LOOPS, new DefaultThreadFactory("netty-suite-" + name(), true), factory);
            this.server = server;
            this.client = client;
            this.datagram = datagram;
        }

        /** A choice of one: for this family of addresses, or for all if it is null. */
        List<BootstrapFactory<Bootstrap>> datagrams(final SocketProtocolFamily family) {
            return List.of(() -> new Bootstrap().group(group).channelFactory(() -> datagram.apply(family)));
        }
    }
}

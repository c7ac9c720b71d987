package io.github.iocp4j.netty;

import io.github.iocp4j.fixtures.Wine;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.DatagramConnectNotExistsTest;
import io.netty.testsuite.transport.socket.DatagramMulticastIPv6Test;
import io.netty.testsuite.transport.socket.DatagramMulticastTest;
import io.netty.testsuite.transport.socket.DatagramUnicastIPv6MappedTest;
import io.netty.testsuite.transport.socket.DatagramUnicastIPv6Test;
import io.netty.testsuite.transport.socket.DatagramUnicastInetTest;
import io.netty.testsuite.transport.socket.SocketTestPermutation;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Netty's own tests for datagrams: between channels of this transport, and between these and channels of NIO. */
final class NettyDatagramSuiteTest {
    /** Several loops, so that the two ends live on different ones. Netty never ends them, either. */
    private static final EventLoopGroup GROUP = new MultiThreadIoEventLoopGroup(
            4, new DefaultThreadFactory("netty-suite", true), IocpIoHandler.newFactory());
    private static final Permutation PERMUTATION;

    static {
        // These tests do not need it, but others that run later in this JVM do.
        BadHost.name();
        PERMUTATION = new Permutation();
    }

    private static final String NO_BLOCK = "Wine does not block the source of this test; Netty's NIO fails there, too";

    private static final class Permutation extends SocketTestPermutation {
        @Override
        public List<BootstrapComboFactory<Bootstrap, Bootstrap>> datagram(final SocketProtocolFamily family) {
            final BootstrapFactory<Bootstrap> iocp = () -> new Bootstrap().group(GROUP)
                    .channelFactory(() -> new IocpDatagramChannel(family));
            final BootstrapFactory<Bootstrap> nio = () -> new Bootstrap().group(NIO_GROUP)
                    .channelFactory(() -> new NioDatagramChannel(family));
            final List<BootstrapComboFactory<Bootstrap, Bootstrap>> combos = new ArrayList<>();
            combos.addAll(combo(List.of(iocp), List.of(iocp, nio)));
            combos.addAll(combo(List.of(nio), List.of(iocp)));
            return combos;
        }

        @Override
        public List<BootstrapFactory<Bootstrap>> datagramSocket() {
            return List.of(() -> new Bootstrap().group(GROUP).channel(IocpDatagramChannel.class));
        }
    }

    @Nested
    final class ConnectNotExists extends DatagramConnectNotExistsTest {
        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return PERMUTATION.datagramSocket();
        }
    }

    @Nested
    final class Multicast extends DatagramMulticastTest {
        @Test
        @Override
        public void testMulticastWithWildcardLocalAddress(final TestInfo info) throws Throwable {
            Wine.skip(NO_BLOCK);
            super.testMulticastWithWildcardLocalAddress(info);
        }

        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return PERMUTATION.datagram(socketInternetProtocalFamily());
        }
    }

    @Nested
    final class MulticastIpv6 extends DatagramMulticastIPv6Test {
        @Test
        @Override
        public void testMulticastWithWildcardLocalAddress(final TestInfo info) throws Throwable {
            Wine.skip(NO_BLOCK);
            super.testMulticastWithWildcardLocalAddress(info);
        }

        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return PERMUTATION.datagram(socketInternetProtocalFamily());
        }
    }

    @Nested
    final class UnicastInet extends DatagramUnicastInetTest {
        /** In newer JVMs, the disconnect of NIO binds the socket again, which fails under Wine. */
        @Override
        public void testSimpleSendWithConnect(final Bootstrap server, final Bootstrap client) throws Throwable {
            if (client.config().group() == GROUP || !Wine.isPresent() || Runtime.version().feature() < 14) {
                super.testSimpleSendWithConnect(server, client);
            }
        }

        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return PERMUTATION.datagram(socketInternetProtocalFamily());
        }
    }

    @Nested
    final class UnicastIpv6 extends DatagramUnicastIPv6Test {
        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return PERMUTATION.datagram(socketInternetProtocalFamily());
        }
    }

    @Nested
    final class UnicastIpv6Mapped extends DatagramUnicastIPv6MappedTest {
        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return PERMUTATION.datagram(socketInternetProtocalFamily());
        }
    }
}

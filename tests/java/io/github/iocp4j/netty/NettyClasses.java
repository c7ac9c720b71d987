package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.testsuite.transport.AbstractSingleThreadEventLoopTest;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.CompositeBufferGatheringWriteTest;
import io.netty.testsuite.transport.socket.DatagramConnectNotExistsTest;
import io.netty.testsuite.transport.socket.DatagramMulticastIPv6Test;
import io.netty.testsuite.transport.socket.DatagramMulticastTest;
import io.netty.testsuite.transport.socket.DatagramUnicastIPv6MappedTest;
import io.netty.testsuite.transport.socket.DatagramUnicastIPv6Test;
import io.netty.testsuite.transport.socket.DatagramUnicastInetTest;
import io.netty.testsuite.transport.socket.ServerSocketSuspendTest;
import io.netty.testsuite.transport.socket.SocketAddressesTest;
import io.netty.testsuite.transport.socket.SocketAutoReadTest;
import io.netty.testsuite.transport.socket.SocketBufReleaseTest;
import io.netty.testsuite.transport.socket.SocketCancelWriteTest;
import io.netty.testsuite.transport.socket.SocketChannelEOFTest;
import io.netty.testsuite.transport.socket.SocketChannelNotYetConnectedTest;
import io.netty.testsuite.transport.socket.SocketCloseForciblyTest;
import io.netty.testsuite.transport.socket.SocketConditionalWritabilityTest;
import io.netty.testsuite.transport.socket.SocketConnectTest;
import io.netty.testsuite.transport.socket.SocketConnectionAttemptTest;
import io.netty.testsuite.transport.socket.SocketDataReadInitialStateTest;
import io.netty.testsuite.transport.socket.SocketEchoTest;
import io.netty.testsuite.transport.socket.SocketExceptionHandlingTest;
import io.netty.testsuite.transport.socket.SocketFileRegionTest;
import io.netty.testsuite.transport.socket.SocketFixedLengthEchoTest;
import io.netty.testsuite.transport.socket.SocketGatheringWriteTest;
import io.netty.testsuite.transport.socket.SocketHalfClosedTest;
import io.netty.testsuite.transport.socket.SocketMultipleConnectTest;
import io.netty.testsuite.transport.socket.SocketObjectEchoTest;
import io.netty.testsuite.transport.socket.SocketReadPendingTest;
import io.netty.testsuite.transport.socket.SocketRstTest;
import io.netty.testsuite.transport.socket.SocketShutdownOutputByPeerTest;
import io.netty.testsuite.transport.socket.SocketShutdownOutputBySelfTest;
import io.netty.testsuite.transport.socket.SocketSpdyEchoTest;
import io.netty.testsuite.transport.socket.SocketSslClientRenegotiateTest;
import io.netty.testsuite.transport.socket.SocketSslEchoTest;
import io.netty.testsuite.transport.socket.SocketSslGreetingTest;
import io.netty.testsuite.transport.socket.SocketSslSessionReuseTest;
import io.netty.testsuite.transport.socket.SocketStartTlsTest;
import io.netty.testsuite.transport.socket.SocketStringEchoTest;
import io.netty.testsuite.transport.socket.TrafficShapingHandlerTest;
import io.netty.testsuite.transport.socket.WriteBeforeRegisteredTest;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/** Netty's own tests for transports, for the {@link Ends#current} ones. */
final class NettyClasses {
    /** Those of streams that take no more than seconds. */
    static final List<Class<?>> SHORT = List.of(
            CompositeBufferGatheringWrite.class, AutoRead.class, BufRelease.class, CancelWrite.class,
            CloseForcibly.class, Connect.class, DataReadInitialState.class, ExceptionHandling.class,
            ReadPending.class, Rst.class, ShutdownOutputByPeer.class, Addresses.class);

    static final List<Class<?>> STREAMS = List.of(
            CompositeBufferGatheringWrite.class, ServerSocketSuspend.class, AutoRead.class, BufRelease.class,
            CancelWrite.class, ChannelEOF.class, ChannelNotYetConnected.class, CloseForcibly.class,
            ConditionalWritability.class, Connect.class, ConnectionAttempt.class, DataReadInitialState.class,
            Echo.class, ExceptionHandling.class, FileRegion.class, FixedLengthEcho.class, GatheringWrite.class,
            HalfClosed.class, MultipleConnect.class, ObjectEcho.class, ReadPending.class, Rst.class,
            ShutdownOutputByPeer.class, ShutdownOutputBySelf.class, SpdyEcho.class, SslClientRenegotiate.class,
            SslEcho.class, SslGreeting.class, SslSessionReuse.class, StartTls.class, StringEcho.class,
            TrafficShapingHandler.class, WriteBeforeRegistered.class, Addresses.class);

    static final List<Class<?>> DATAGRAMS = List.of(
            DatagramConnectNotExists.class, DatagramMulticast.class, DatagramMulticastIPv6.class,
            DatagramUnicastInet.class, DatagramUnicastIPv6.class, DatagramUnicastIPv6Mapped.class);

    /** For deep runs only: their limits of 200 ms are too short for a machine that other work shares. */
    static final List<Class<?>> LOOPS = List.of(SingleThreadEventLoop.class);

    private NettyClasses() {
    }

    static final class CompositeBufferGatheringWrite extends CompositeBufferGatheringWriteTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class ServerSocketSuspend extends ServerSocketSuspendTest {
        @Override
        protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
            return Ends.current().serverSocket();
        }
    }

    static final class AutoRead extends SocketAutoReadTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class BufRelease extends SocketBufReleaseTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class CancelWrite extends SocketCancelWriteTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class ChannelEOF extends SocketChannelEOFTest {
        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return Ends.current().clientSocket();
        }
    }

    static final class ChannelNotYetConnected extends SocketChannelNotYetConnectedTest {
        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return Ends.current().clientSocket();
        }
    }

    static final class CloseForcibly extends SocketCloseForciblyTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class ConditionalWritability extends SocketConditionalWritabilityTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class Connect extends SocketConnectTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class ConnectionAttempt extends SocketConnectionAttemptTest {
        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return Ends.current().clientSocket();
        }
    }

    static final class DataReadInitialState extends SocketDataReadInitialStateTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class Echo extends SocketEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class ExceptionHandling extends SocketExceptionHandlingTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class FileRegion extends SocketFileRegionTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class FixedLengthEcho extends SocketFixedLengthEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class GatheringWrite extends SocketGatheringWriteTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class HalfClosed extends SocketHalfClosedTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class MultipleConnect extends SocketMultipleConnectTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class ObjectEcho extends SocketObjectEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class ReadPending extends SocketReadPendingTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class Rst extends SocketRstTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class ShutdownOutputByPeer extends SocketShutdownOutputByPeerTest {
        @Override
        protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
            return Ends.current().serverSocket();
        }
    }

    static final class ShutdownOutputBySelf extends SocketShutdownOutputBySelfTest {
        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return Ends.current().clientSocket();
        }
    }

    static final class SpdyEcho extends SocketSpdyEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class SslClientRenegotiate extends SocketSslClientRenegotiateTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class SslEcho extends SocketSslEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class SslGreeting extends SocketSslGreetingTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class SslSessionReuse extends SocketSslSessionReuseTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class StartTls extends SocketStartTlsTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class StringEcho extends SocketStringEchoTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class TrafficShapingHandler extends TrafficShapingHandlerTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }
    }

    static final class WriteBeforeRegistered extends WriteBeforeRegisteredTest {
        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return Ends.current().clientSocket();
        }
    }

    static final class Addresses extends SocketAddressesTest {
        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return Ends.current().socket();
        }

        @Override
        protected void assertAddress(final SocketAddress address) {
            assertThat(((InetSocketAddress) address).getAddress().isLoopbackAddress()).isTrue();
        }
    }

    static final class DatagramConnectNotExists extends DatagramConnectNotExistsTest {
        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return Ends.current().datagramSocket();
        }
    }

    static final class DatagramMulticast extends DatagramMulticastTest {
        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return Ends.current().datagram(socketInternetProtocalFamily());
        }
    }

    static final class DatagramMulticastIPv6 extends DatagramMulticastIPv6Test {
        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return Ends.current().datagram(socketInternetProtocalFamily());
        }
    }

    static final class DatagramUnicastInet extends DatagramUnicastInetTest {
        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return Ends.current().datagram(socketInternetProtocalFamily());
        }
    }

    static final class DatagramUnicastIPv6 extends DatagramUnicastIPv6Test {
        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return Ends.current().datagram(socketInternetProtocalFamily());
        }
    }

    static final class DatagramUnicastIPv6Mapped extends DatagramUnicastIPv6MappedTest {
        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return Ends.current().datagram(socketInternetProtocalFamily());
        }
    }

    static final class SingleThreadEventLoop extends AbstractSingleThreadEventLoopTest {
        @Override
        protected EventLoopGroup newEventLoopGroup() {
            return Ends.current().newGroup(1, DefaultEventExecutorChooserFactory.INSTANCE);
        }

        @Override
        protected EventLoopGroup newAutoScalingEventLoopGroup() {
            return Ends.current().newGroup(SCALING_MAX_THREADS, AUTO_SCALING_CHOOSER_FACTORY);
        }

        @Override
        protected Channel newChannel() {
            return Ends.current().newSocket();
        }

        @Override
        protected Class<? extends ServerChannel> serverChannelClass() {
            return Ends.current().serverClass();
        }
    }
}

package io.github.iocp4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.RecordedPort;
import io.github.iocp4j.fixtures.SocketPair;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class SocketOptionsTest extends RecordedPort {
    private SocketServer server;
    private StreamSocket connection;
    private UdpSocket udp;
    private UdpSocket udp6;

    /** An option as another library may define it. */
    private static final class Other<T> implements SocketOption<T> {
        private final String name;
        private final Class<T> type;

        Other(final String name, final Class<T> type) {
            this.name = name;
            this.type = type;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Class<T> type() {
            return type;
        }
    }

    @BeforeEach
    void open() throws Exception {
        server = SocketServer.builder(port, SocketPair.loopback()).open();
        connection = SocketPair.connect(port, recorder, server).client;
        udp = UdpSocket.builder(port, SocketPair.loopback()).open();
        udp6 = UdpSocket.builder(port, SocketPair.loopback6()).open();
    }

    @AfterEach
    void nothingElseHasCompleted() {
        assertThat(recorder.isEmpty()).isTrue();
    }

    @Test
    void connectionsKeepTheirOptions() throws Exception {
        connectionKeeps(StandardSocketOptions.TCP_NODELAY, true);
        connectionKeeps(StandardSocketOptions.TCP_NODELAY, false);
        connectionKeeps(StandardSocketOptions.SO_KEEPALIVE, true);
        connectionKeeps(StandardSocketOptions.SO_KEEPALIVE, false);
        connectionKeeps(WinsockOptions.SO_OOBINLINE, true);
        connectionKeeps(WinsockOptions.SO_OOBINLINE, false);
        for (final int seconds : new int[] {-1, 0, 7, 65_535}) {
            connectionKeeps(StandardSocketOptions.SO_LINGER, seconds);
        }
        connectionKeeps(StandardSocketOptions.SO_LINGER, -1);
        connectionKeeps(StandardSocketOptions.SO_SNDBUF, 100_000);
        connectionKeeps(StandardSocketOptions.SO_RCVBUF, 100_000);
        assertThat(connection.option(WinsockOptions.SO_EXCLUSIVEADDRUSE)).isFalse();
        assertThat(connection.supportedOptions()).contains(StandardSocketOptions.TCP_NODELAY,
                WinsockOptions.TCP_KEEPIDLE).doesNotContain(WinsockOptions.IPV6_V6ONLY, WinsockOptions.UDP_CONNRESET);
    }

    @Test
    void keepAliveTimesAreOptions() throws Exception {
        try {
            connectionKeeps(WinsockOptions.TCP_KEEPIDLE, 60);
        } catch (final Win32Exception refused) {
            assertThat(refused.code()).isEqualTo(Win32Error.WSAENOPROTOOPT);
            assertThat(refused).hasMessageContaining("setsockopt TCP_KEEPIDLE 127.0.0.1:")
                    .hasMessageContaining("since Windows 10 version 1709");
            assertThatThrownBy(() -> SocketClient.builder(port, server.localAddress())
                    .option(WinsockOptions.TCP_KEEPCOUNT, 3).connect(1))
                    .hasMessageContaining("lacks an option of TCP_KEEPCOUNT");
            assumeTrue(false, "here TCP connections have no TCP_KEEPIDLE (Wine before 9)");
        }
        connectionKeeps(WinsockOptions.TCP_KEEPINTERVAL, 3);
        connectionKeeps(WinsockOptions.TCP_KEEPCOUNT, 5);
        connection.option(new Other<>("TCP_KEEPIDLE", Integer.class), 90);
        assertThat(connection.option(WinsockOptions.TCP_KEEPIDLE)).isEqualTo(90);
    }

    @Test
    void serversUseTheirAddressExclusivelyByDefault() throws Exception {
        assertThat(server.option(WinsockOptions.SO_EXCLUSIVEADDRUSE)).isTrue();
        assertThat(server.option(StandardSocketOptions.SO_REUSEADDR)).isFalse();
        final SocketServer shared = SocketServer.builder(port, SocketPair.loopback())
                .option(StandardSocketOptions.SO_REUSEADDR, true).open();
        assertThat(shared.option(WinsockOptions.SO_EXCLUSIVEADDRUSE)).isFalse();
        assertThat(shared.option(StandardSocketOptions.SO_REUSEADDR)).isTrue();
        final SocketServer neither = SocketServer.builder(port, SocketPair.loopback())
                .option(WinsockOptions.SO_EXCLUSIVEADDRUSE, false).open();
        assertThat(neither.option(WinsockOptions.SO_EXCLUSIVEADDRUSE)).isFalse();
        assertThat(neither.option(StandardSocketOptions.SO_REUSEADDR)).isFalse();
        final SocketServer again = SocketServer.builder(port, SocketPair.loopback())
                .option(StandardSocketOptions.SO_REUSEADDR, true).option(WinsockOptions.SO_EXCLUSIVEADDRUSE, true)
                .open();
        assertThat(again.option(WinsockOptions.SO_EXCLUSIVEADDRUSE)).as("the later one counts").isTrue();
        assertThat(again.option(StandardSocketOptions.SO_REUSEADDR)).isFalse();
    }

    @Test
    void reuseAddressCanBeSetAfterCreation() throws Exception {
        final StreamSocket client = SocketClient.builder(port, server.localAddress())
                .option(StandardSocketOptions.SO_REUSEADDR, true).connect(0);
        assertThat(recorder.next(2)).extracting(done -> done.opcode)
                .containsExactlyInAnyOrder(Opcode.ACCEPT, Opcode.CONNECT);
        assertThat(client.option(StandardSocketOptions.SO_REUSEADDR)).isTrue();
        client.option(StandardSocketOptions.SO_REUSEADDR, false);
        assertThat(client.option(StandardSocketOptions.SO_REUSEADDR)).isFalse();
    }

    @Test
    void serversHaveSizesOfBuffers() throws Exception {
        server.option(StandardSocketOptions.SO_RCVBUF, 70_000);
        assertThat(server.option(StandardSocketOptions.SO_RCVBUF)).isGreaterThanOrEqualTo(70_000);
        assertThat(server.supportedOptions()).contains(StandardSocketOptions.SO_RCVBUF)
                .doesNotContain(StandardSocketOptions.TCP_NODELAY);
    }

    @Test
    void datagramSocketsKeepTheirOptions() throws Exception {
        for (final UdpSocket socket : new UdpSocket[] {udp, udp6}) {
            for (final boolean on : new boolean[] {false, true}) {
                keeps(socket, StandardSocketOptions.SO_BROADCAST, on);
                keeps(socket, StandardSocketOptions.IP_MULTICAST_LOOP, on);
                keeps(socket, WinsockOptions.UDP_CONNRESET, on);
            }
            keeps(socket, StandardSocketOptions.IP_MULTICAST_TTL, 7);
            keeps(socket, StandardSocketOptions.SO_SNDBUF, 100_000);
            keeps(socket, StandardSocketOptions.SO_RCVBUF, 100_000);
        }
        keeps(udp, StandardSocketOptions.IP_TOS, 0x10);
        assertThat(udp6.option(WinsockOptions.IPV6_V6ONLY)).isTrue();
    }

    @Test
    void builderSetsOptionsOfTheSocket() throws Exception {
        final UdpSocket.Builder builder = UdpSocket.builder(port, SocketPair.loopback());
        assertThat(builder.supportedOptions()).isEqualTo(udp.supportedOptions());
        final UdpSocket socket = builder.option(StandardSocketOptions.SO_BROADCAST, true)
                .option(WinsockOptions.UDP_CONNRESET, false).option(StandardSocketOptions.IP_MULTICAST_TTL, 3)
                .option(StandardSocketOptions.IP_MULTICAST_IF, loopback()).open();
        assertThat(socket.option(StandardSocketOptions.SO_BROADCAST)).isTrue();
        assertThat(socket.option(WinsockOptions.UDP_CONNRESET)).isFalse();
        assertThat(socket.option(StandardSocketOptions.IP_MULTICAST_TTL)).isEqualTo(3);
        assertThat(socket.option(StandardSocketOptions.IP_MULTICAST_IF)).isEqualTo(loopback());
        assertThat(udp.option(WinsockOptions.UDP_CONNRESET)).as("as in a new socket").isTrue();
        final InetSocketAddress any6 = new InetSocketAddress(InetAddress.getByAddress(new byte[16]), 0);
        assertThat(UdpSocket.builder(port, any6).option(WinsockOptions.IPV6_V6ONLY, false).open()
                .option(WinsockOptions.IPV6_V6ONLY)).isFalse();
    }

    @Test
    void multicastInterfaceIsAnOptionAndNullResetsIt() throws Exception {
        for (final UdpSocket socket : new UdpSocket[] {udp, udp6}) {
            assertThat(socket.option(StandardSocketOptions.IP_MULTICAST_IF)).isNull();
            socket.option(StandardSocketOptions.IP_MULTICAST_IF, loopback());
            assertThat(socket.option(StandardSocketOptions.IP_MULTICAST_IF)).isEqualTo(loopback());
            socket.option(StandardSocketOptions.IP_MULTICAST_IF, null);
            assertThat(socket.option(StandardSocketOptions.IP_MULTICAST_IF)).isNull();
        }
    }

    @Test
    void unsupportedOptionsAreRefusedWithAListOfTheSupported() {
        assertThatThrownBy(() -> udp.option(StandardSocketOptions.TCP_NODELAY, true))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith("TCP_NODELAY is not an option of a UDP socket over IPv4, which has SO_SNDBUF,")
                .hasMessageContaining("IP_MULTICAST_TTL");
        assertThatThrownBy(() -> connection.option(StandardSocketOptions.SO_BROADCAST))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("a TCP connection over IPv4");
        assertThatThrownBy(() -> server.option(StandardSocketOptions.SO_LINGER, 1))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("a TCP server over IPv4");
        assertThatThrownBy(() -> connection.option(StandardSocketOptions.SO_REUSEPORT))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("SO_REUSEPORT");
        assertThatThrownBy(() -> udp.option(WinsockOptions.IPV6_V6ONLY))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> SocketServer.builder(port, UnixSocketAddress.of(Path.of("x")))
                .option(StandardSocketOptions.SO_REUSEADDR, true))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("Unix-domain");
        assertThatThrownBy(() -> SocketClient.builder(port, server.localAddress())
                .option(StandardSocketOptions.IP_MULTICAST_TTL, 1)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> udp.option(new Other<>("SO_RCVBUF", Long.class), 1L))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("SO_RCVBUF is of type java.lang.Long, but must be of type java.lang.Integer");
        assertThatThrownBy(() -> udp.option(new Other<>("IP_DONTFRAGMENT", Boolean.class)))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("IP_DONTFRAGMENT");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void sizesAreNotNegative(final int size) {
        for (final SocketOption<Integer> option : Set.of(
                StandardSocketOptions.SO_SNDBUF, StandardSocketOptions.SO_RCVBUF)) {
            assertThatThrownBy(() -> udp.option(option, size)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(option.name() + " is " + size + ", but must be from 0 to 2147483647");
            assertThatThrownBy(() -> SocketServer.builder(port, SocketPair.loopback()).option(option, size))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> connection.option(StandardSocketOptions.SO_LINGER, -2))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1 for off");
        assertThatThrownBy(() -> connection.option(StandardSocketOptions.SO_LINGER, 65_536))
                .hasMessageContaining("from 0 to 65535");
        assertThatThrownBy(() -> connection.option(StandardSocketOptions.IP_TOS, 256))
                .hasMessageContaining("from 0 to 255");
        assertThatThrownBy(() -> udp.option(StandardSocketOptions.IP_MULTICAST_TTL, -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> connection.option(WinsockOptions.TCP_KEEPIDLE, 0))
                .hasMessageContaining("from 1 to");
        assertThatThrownBy(() -> connection.option(WinsockOptions.TCP_KEEPCOUNT, 256))
                .hasMessageContaining("from 1 to 255");
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void valuesOfAWrongTypeAreRefused() {
        final SocketOption raw = StandardSocketOptions.SO_RCVBUF;
        assertThatThrownBy(() -> udp.option(raw, "much")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("SO_RCVBUF is a java.lang.String, but must be of type java.lang.Integer");
        assertThatThrownBy(() -> udp.option(raw, null)).isInstanceOf(NullPointerException.class)
                .hasMessage("SO_RCVBUF");
        assertThatThrownBy(() -> udp.option((SocketOption<Integer>) null, 1))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> udp.option((SocketOption<Integer>) null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void optionsOfAClosedSocketAreRefused() {
        udp.close();
        assertThatThrownBy(() -> udp.option(StandardSocketOptions.SO_RCVBUF))
                .isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> udp.option(WinsockOptions.UDP_CONNRESET, true))
                .isInstanceOf(DeviceClosedException.class);
        assertThatCode(udp::supportedOptions).doesNotThrowAnyException();
    }

    @Test
    void supportedOptionsCannotBeModified() {
        for (final Set<SocketOption<?>> options : List.of(udp.supportedOptions(), server.supportedOptions(),
                connection.supportedOptions(), SocketClient.builder(port, new InetSocketAddress(1)).supportedOptions(),
                SocketServer.builder(port, SocketPair.loopback6()).supportedOptions())) {
            assertThatThrownBy(options::clear).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    private <T> void connectionKeeps(final SocketOption<T> option, final T value) throws Win32Exception {
        connection.option(option, value);
        assertThat(connection.option(option)).as(option.name()).isEqualTo(value);
    }

    private static <T> void keeps(final UdpSocket socket, final SocketOption<T> option, final T value)
            throws Win32Exception {
        socket.option(option, value);
        assertThat(socket.option(option)).as(option.name() + " of " + socket.name()).isEqualTo(value);
    }

    private static NetworkInterface loopback() throws Exception {
        return NetworkInterface.getByInetAddress(SocketPair.loopback().getAddress());
    }
}

package io.github.iocp4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class SocketAddressesTest {
    @Test
    void ipv4IsASockaddrIn() throws Exception {
        final InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(new byte[] {1, 2, 3, 4}), 258);
        assertThat(SocketAddresses.encode(address))
                .containsExactly(2, 0, 1, 2, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(thereAndBack(address)).isEqualTo(address);
        assertThat(SocketAddresses.format(address)).isEqualTo("1.2.3.4:258");
    }

    @Test
    void ipv6IsASockaddrIn6WithItsScope() throws Exception {
        final byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xfe;
        bytes[1] = (byte) 0x80;
        bytes[15] = 9;
        final InetSocketAddress address =
                new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 0x01020304), 65_535);
        final byte[] encoded = SocketAddresses.encode(address);
        assertThat(encoded).hasSize(28).startsWith(23, 0, 255, 255, 0, 0, 0, 0, 0xfe, 0x80).endsWith(9, 4, 3, 2, 1);
        final InetSocketAddress back = (InetSocketAddress) thereAndBack(address);
        assertThat(back).isEqualTo(address);
        assertThat(((Inet6Address) back.getAddress()).getScopeId()).isEqualTo(0x01020304);
        assertThat(SocketAddresses.format(new InetSocketAddress(InetAddress.getByAddress(new byte[16]), 1)))
                .isEqualTo("[0:0:0:0:0:0:0:0]:1");
    }

    @Test
    void pathsAreSockaddrUn() {
        final UnixSocketAddress address = UnixSocketAddress.of(Path.of("ü"));
        final byte[] encoded = SocketAddresses.encode(address);
        assertThat(encoded).hasSize(110).startsWith(1, 0, 0xc3, 0xbc, 0);
        assertThat(thereAndBack(address)).isEqualTo(address).hasSameHashCodeAs(address).hasToString("ü");
        assertThat(UnixSocketAddress.of(Path.of("a".repeat(107))).path()).hasSize(107);
        for (final String path : new String[] {"", "a".repeat(108), "ü".repeat(54)}) {
            assertThatThrownBy(() -> UnixSocketAddress.of(Path.of(path)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("from 1 to 107");
        }
    }

    @Test
    void whatHasNoFamilyIsNoAddress() {
        assertThat(decode(new byte[16], 0)).isNull();
        assertThat(decode(new byte[16], 1)).isNull();
        assertThat(decode(new byte[16], 16)).isNull();
        assertThat(decode(new byte[] {1, 0, 0, 0}, 2)).isEqualTo(new UnixSocketAddress(""));
    }

    @Test
    void ipv4IsWrittenAsIpv6() throws Exception {
        final SocketAddressBuffer buffer = new SocketAddressBuffer();
        assertThat(buffer).hasToString("no address");
        assertThat(buffer.get()).isNull();
        assertThat(buffer.port()).isZero();
        final InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(new byte[] {1, 2, 3, 4}), 80);
        buffer.set(address);
        buffer.mapToIpv6();
        assertThat(buffer.memory().getInt(0)).isEqualTo(28);
        assertThat(buffer.memory().getShort(8)).isEqualTo((short) 23);
        assertThat(buffer.get()).isEqualTo(address);
        assertThat(buffer.port()).isEqualTo(80);
        buffer.mapToIpv6();
        assertThat(buffer).hasToString("1.2.3.4:80");
    }

    private static SocketAddress thereAndBack(final SocketAddress address) {
        final byte[] bytes = SocketAddresses.encode(address);
        return decode(bytes, bytes.length);
    }

    private static SocketAddress decode(final byte[] bytes, final int length) {
        return SocketAddresses.decode(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), length);
    }
}

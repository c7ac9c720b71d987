package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.netty.Datagrams.Received;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** UDP between channels of the transport. Each test also checks that every buffer is released. */
@Timeout(120)
final class DatagramChannelsTest {
    @AutoClose
    private final Datagrams udp = new Datagrams();
    private final Received received = new Received();

    @Test
    void saysWhoSendsToWhom() throws Exception {
        final DatagramChannel receiver = udp.bind(received);
        final DatagramChannel sender = udp.bind(new Received());
        sender.writeAndFlush(udp.to(receiver, 1, 2, 3)).sync();
        assertThat(received.next()).isEqualTo("010203");
        assertThat(received.sender).isEqualTo(sender.localAddress());
        assertThat(received.recipient).isEqualTo(receiver.localAddress());
        sender.writeAndFlush(new DefaultAddressedEnvelope<>(
                Unpooled.wrappedBuffer(new byte[] {4}), receiver.localAddress())).sync();
        assertThat(received.next()).isEqualTo("04");
        assertThat(sender.isConnected()).isFalse();
        assertThat(sender.remoteAddress()).isNull();
    }

    @Test
    void sendsToThisHostByTheWildcardAddress() throws Exception {
        final DatagramChannel receiver = udp.bind(received);
        final InetSocketAddress wildcard = new InetSocketAddress(receiver.localAddress().getPort());
        udp.bind(new Received()).writeAndFlush(new DatagramPacket(udp.bytes(7), wildcard)).sync();
        assertThat(received.next()).isEqualTo("07");
        final Channel connected = udp.bootstrap(new Received()).connect(wildcard).sync().channel();
        assertThat(connected.remoteAddress()).isEqualTo(receiver.localAddress());
    }

    @Test
    void bindsAddressesOfBothFamilies() throws Exception {
        final DatagramChannel receiver = udp.bind(received);
        final DatagramChannel sender = (DatagramChannel) udp.bootstrap(new Received()).bind(0).sync().channel();
        sender.writeAndFlush(udp.to(receiver, 4)).sync();
        assertThat(received.next()).isEqualTo("04");
        final DatagramChannel four = (DatagramChannel) udp.bootstrap(received, SocketProtocolFamily.INET)
                .bind(Loops.loopback(0)).sync().channel();
        final DatagramChannel six = (DatagramChannel) udp.bootstrap(received, SocketProtocolFamily.INET6)
                .bind(new InetSocketAddress("::1", 0)).sync().channel();
        sender.writeAndFlush(udp.to(four, 5)).sync();
        assertThat(received.next()).isEqualTo("05");
        final DatagramChannel sender6 = (DatagramChannel) udp.bootstrap(new Received(), SocketProtocolFamily.INET6)
                .bind(0).sync().channel();
        sender6.writeAndFlush(udp.to(six, 6)).sync();
        assertThat(received.next()).isEqualTo("06");
        assertThatThrownBy(() -> four.writeAndFlush(udp.to(six, 7)).sync())
                .isInstanceOf(UnsupportedAddressTypeException.class).hasMessageContaining("IPv4 only");
    }

    @Test
    void sendsMoreThanAreInFlight() throws Exception {
        final DatagramChannel receiver = udp.bind(received);
        receiver.config().setReceiveBufferSize(1 << 20);
        final DatagramChannel sender = udp.bind(new Received());
        final List<ChannelFuture> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sent.add(sender.write(udp.to(receiver, i)));
        }
        sender.flush();
        for (int i = 0; i < 100; i++) {
            assertThat(received.next()).isEqualTo(String.format("%02x", i));
            assertThat(sent.get(i).sync().isSuccess()).isTrue();
        }
    }

    /** As with NIO, the loop acts after so many datagrams. */
    @Test
    void maxMessagesPerWriteLimitsTheSendsInFlight() throws Exception {
        final DatagramChannel receiver = udp.bind(received);
        receiver.config().setReceiveBufferSize(1 << 20);
        final DatagramChannel sender = (DatagramChannel) udp.bootstrap(new Received())
                .option(ChannelOption.AUTO_READ, false).option(ChannelOption.MAX_MESSAGES_PER_WRITE, 2)
                .bind(Loops.loopback(0)).sync().channel();
        assertThat(sendsOfOneFlush(sender, receiver)).isEqualTo(2);
        sender.config().setOption(ChannelOption.MAX_MESSAGES_PER_WRITE, 100);
        assertThat(sendsOfOneFlush(sender, receiver)).isEqualTo(DatagramSends.PLACES);
    }

    /** How many of 20 datagrams are in flight after the flush, before the loop takes completions. All arrive later. */
    private int sendsOfOneFlush(final DatagramChannel sender, final DatagramChannel receiver) throws Exception {
        final Device device = ((IocpDatagramChannel) sender).device();
        final int sends = sender.eventLoop().submit(() -> {
            for (int i = 0; i < 20; i++) {
                sender.write(udp.to(receiver, i));
            }
            sender.flush();
            return device.port().snapshot().devices().stream().filter(one -> one.key() == device.key())
                    .mapToInt(DeviceSnapshot::operationsInFlight).sum();
        }).get();
        for (int i = 0; i < 20; i++) {
            assertThat(received.next()).isEqualTo(String.format("%02x", i));
        }
        return sends;
    }

    @Test
    void failsOnlyWhatCannotBeSent() throws Exception {
        final DatagramChannel receiver = udp.bind(received);
        final DatagramChannel sender = udp.bind(new Received());
        final List<ChannelFuture> sent = new ArrayList<>();
        // On the loop, because Netty would not keep a message that is cancelled before it comes there.
        sender.eventLoop().submit(() -> {
            for (int i = 0; i < 12; i++) {
                // Netty leaves a cancelled message where it was, but empty.
                final ChannelPromise cancelled = sender.newPromise();
                sender.write(udp.to(receiver, 0xff), cancelled);
                cancelled.cancel(false);
                sent.add(sender.write(udp.to(receiver, i)));
                final ByteBuf tooLong = udp.zeros(70_000);
                sent.add(sender.write(new DatagramPacket(tooLong, receiver.localAddress())));
                sent.add(sender.write(udp.bytes(3)));
            }
        }).sync();
        sender.flush();
        for (int i = 0; i < 12; i++) {
            assertThat(received.next()).isEqualTo(String.format("%02x", i));
            assertThat(sent.get(3 * i).sync().isSuccess()).isTrue();
            assertThat(sent.get(3 * i + 1).await().cause()).hasMessageContaining("WSAEMSGSIZE");
            assertThat(sent.get(3 * i + 2).await().cause()).isInstanceOf(NotYetConnectedException.class);
        }
        assertThat(sender.isActive()).isTrue();
        assertThat(received.events).isEmpty();
    }

    @Test
    void cancelledMessagesLeaveTheQueue() throws Exception {
        final DatagramChannel receiver = udp.bind(received);
        final DatagramChannel sender = udp.bind(new Received());
        final boolean isEmpty = sender.eventLoop().submit(() -> {
            for (int i = 0; i < 2; i++) {
                final ChannelPromise cancelled = sender.newPromise();
                sender.write(udp.to(receiver, i), cancelled);
                cancelled.cancel(false);
            }
            sender.flush();
            return sender.unsafe().outboundBuffer().isEmpty();
        }).get();
        assertThat(isEmpty).as("the loop has nothing to send").isTrue();
        sender.writeAndFlush(udp.to(receiver, 7)).sync();
        assertThat(received.next()).isEqualTo("07");
    }

    @Test
    void sendsWhatAFailedPromiseWrites() throws Exception {
        final DatagramChannel receiver = udp.bind(received);
        final DatagramChannel sender = udp.bind(new Received());
        sender.writeAndFlush(udp.bytes(1)).addListener(
                first -> sender.writeAndFlush(udp.bytes(2)).addListener(
                        second -> sender.writeAndFlush(udp.to(receiver, 3)))).await();
        assertThat(received.next()).isEqualTo("03");
    }

    @Test
    void sendsAndReceivesEmptyDatagrams() throws Exception {
        final DatagramChannel receiver = udp.bind(received);
        final DatagramChannel sender = udp.bind(new Received());
        sender.write(new DatagramPacket(Unpooled.EMPTY_BUFFER, receiver.localAddress()));
        sender.writeAndFlush(udp.to(receiver)).sync();
        assertThat(received.next()).isEmpty();
        assertThat(received.next()).isEmpty();
        sender.connect(receiver.localAddress()).sync();
        final ChannelPromise cancelled = sender.newPromise();
        sender.write(udp.bytes(1), cancelled);
        cancelled.cancel(false);
        sender.write(Unpooled.EMPTY_BUFFER);
        sender.writeAndFlush(udp.bytes(2)).sync();
        assertThat(received.next()).isEmpty();
        assertThat(received.next()).isEqualTo("02");
    }

    @Test
    void refusesMisuse() throws Exception {
        final DatagramChannel channel = udp.bind(new Received());
        assertThatThrownBy(() -> channel.writeAndFlush(new DatagramPacket(
                udp.bytes(1), InetSocketAddress.createUnresolved("nowhere.invalid", 1))).sync())
                .isInstanceOf(UnresolvedAddressException.class);
        assertThatThrownBy(() -> channel.writeAndFlush("text").sync())
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("String");
        assertThatThrownBy(() -> channel.writeAndFlush(new DefaultAddressedEnvelope<>(
                udp.bytes(1), NamedPipeAddress.of("name"))).sync())
                .isInstanceOf(UnsupportedAddressTypeException.class);
        assertThatThrownBy(() -> channel.bind(Loops.loopback(0)).sync()).isInstanceOf(Exception.class);
        assertThatThrownBy(() -> udp.bootstrap(new Received()).bind(channel.localAddress()).sync())
                .isInstanceOf(BindException.class);
        assertThatThrownBy(() -> udp.bootstrap(new Received()).disableResolver()
                .connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)).sync())
                .isInstanceOf(UnresolvedAddressException.class);
        channel.close().sync();
        channel.close().sync();
        assertThatThrownBy(() -> channel.writeAndFlush(udp.to(channel, 1)).sync())
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.connect(Loops.loopback(1)).sync())
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.config().setSendBufferSize(1)).isInstanceOf(ChannelException.class);
    }

    @Test
    void staysOnItsLoop() throws Exception {
        final DatagramChannel channel = udp.bind(received);
        channel.deregister().sync();
        final EventLoopGroup other = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
        assertThatThrownBy(() -> other.register(channel).sync()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("registered with another event loop before");
        Loops.awaitClosed(channel);
        assertThat(other.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
    }
}

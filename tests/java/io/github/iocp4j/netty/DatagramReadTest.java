package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.netty.Datagrams.Received;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannel;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a UDP channel reads, and how much. */
@Timeout(120)
final class DatagramReadTest {
    @AutoClose
    private final Datagrams udp = new Datagrams();
    private final Received received = new Received();

    @Test
    void readsTheFirstPartOfALongDatagram() throws Exception {
        final DatagramChannel receiver = (DatagramChannel) udp.bootstrap(received)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(2))
                .bind(Loops.loopback(0)).sync().channel();
        final DatagramChannel sender = udp.bind(new Received());
        sender.writeAndFlush(udp.to(receiver, 1, 2, 3)).sync();
        sender.writeAndFlush(udp.to(receiver, 4, 5)).sync();
        assertThat(received.next()).isEqualTo("0102");
        assertThat(received.next()).isEqualTo("0405");
        assertThat(received.events).isEmpty();
    }

    @Test
    void readsOnlyWhenAsked() throws Exception {
        final DatagramChannel receiver = (DatagramChannel) udp.bootstrap(received)
                .option(ChannelOption.AUTO_READ, false).bind(Loops.loopback(0)).sync().channel();
        final DatagramChannel sender = udp.bind(new Received());
        for (int i = 0; i < 10; i++) {
            sender.writeAndFlush(udp.to(receiver, i)).sync();
        }
        receiver.eventLoop().submit(() -> { }).sync();
        assertThat(received.datagrams).isEmpty();
        for (int i = 0; i < 5; i++) {
            receiver.read();
            assertThat(received.next()).isEqualTo("0" + i);
            receiver.eventLoop().submit(() -> { }).sync();
            assertThat(received.datagrams).isEmpty();
        }
        receiver.config().setAutoRead(true);
        for (int i = 5; i < 10; i++) {
            assertThat(received.next()).isEqualTo("0" + i);
        }
        // Receives are in flight now. What they get waits.
        receiver.config().setAutoRead(false);
        receiver.eventLoop().submit(() -> { }).sync();
        for (int i = 0; i < 10; i++) {
            sender.writeAndFlush(udp.to(receiver, 0x20 + i)).sync();
        }
        receiver.eventLoop().submit(() -> { }).sync();
        assertThat(received.datagrams).isEmpty();
        for (int i = 0; i < 10; i++) {
            receiver.read();
            assertThat(received.next()).isEqualTo("2" + i);
        }
    }

    @Test
    void endsAReadAfterSoManyMessages() throws Exception {
        final FixedRecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(10);
        allocator.maxMessagesPerRead(2);
        final DatagramChannel receiver = (DatagramChannel) udp.bootstrap(received)
                .option(ChannelOption.RECVBUF_ALLOCATOR, allocator)
                .bind(Loops.loopback(0)).sync().channel();
        final DatagramChannel sender = udp.bind(new Received());
        for (int i = 0; i < 40; i++) {
            sender.writeAndFlush(udp.to(receiver, i)).sync();
            assertThat(received.next()).isEqualTo(String.format("%02x", i));
        }
        receiver.eventLoop().submit(() -> { }).sync();
        assertThat(received.longestRead).isBetween(1, 2);
    }

    /** Netty throws such an error when its limit of direct memory is reached. */
    @Test
    void closesWhenThereIsNoMemory() throws Exception {
        final OutOfMemoryError noMemory = new OutOfMemoryError("of the test");
        final DatagramChannel receiver = (DatagramChannel) udp.bootstrap(received)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new ReadBuffers(() -> {
                    throw noMemory;
                })).bind(Loops.loopback(0)).sync().channel();
        assertThat(received.events.take()).isSameAs(noMemory);
        receiver.closeFuture().sync();
    }
}

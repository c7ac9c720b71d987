package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.UdpSocket;
import io.github.iocp4j.socket.WinsockOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.EmptyByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;

/**
 * A UDP socket on a completion port: in place of {@link io.netty.channel.socket.nio.NioDatagramChannel}.
 *
 * <p>It reads {@link DatagramPacket}s, and writes them, other {@link AddressedEnvelope}s of a {@link ByteBuf} and an
 * {@link InetSocketAddress}, and, when it is connected, {@link ByteBuf}s. Direct buffers are sent without a copy if
 * they are in one piece. Empty datagrams are sent, too. If a datagram cannot be sent, only its own promise fails.
 *
 * <p>Of a datagram that is longer than the buffer, only the first part is read: 2048 bytes, unless
 * {@link io.netty.channel.ChannelOption#RECVBUF_ALLOCATOR} changes that. Up to four receives and eight sends are in
 * flight, or fewer sends if {@link io.netty.channel.ChannelOption#MAX_MESSAGES_PER_WRITE} is less. Datagrams that have
 * been received when the program stops reading wait for the next {@code read()}.
 *
 * <p>While the channel is connected, and no socket has the port of its peer, a read fails with a
 * {@link java.net.PortUnreachableException} if the peer's machine reports it. The channel stays open.
 *
 * <p>Multicast needs a channel that is registered, and of the family of the group: {@link SocketProtocolFamily#INET}
 * for IPv4, as with NIO on Windows. The channel belongs to the event loop that it was registered with first.
 */
public final class IocpDatagramChannel extends AbstractIocpChannel implements DatagramChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);

    private final SocketHandle<UdpSocket> handle;
    private final IocpDatagramChannelConfig config;
    private final MulticastGroups groups = new MulticastGroups();
    /** Null before the channel is registered. */
    private volatile UdpSocket socket;
    /** Before that, Windows refuses receives. */
    private volatile boolean bound;

    private final DatagramReader reader = new DatagramReader(this);
    /** The addresses of its operations occupy memory. */
    private boolean hasAddresses;

    // Sending.
    private DatagramSends sends;
    /** How many messages of the outbound buffer are still to be skipped, because they are being sent. */
    private int skipped;
    private final ChannelOutboundBuffer.MessageProcessor send = this::send;
    private final Runnable flush = () -> iocpUnsafe().flushAgain();

    /**
     * Creates a channel for IPv6 and IPv4; for IPv4 only when the JVM was started with
     * {@code -Djava.net.preferIPv4Stack=true}, or when Windows has no IPv6 ({@code WSASocketW}).
     *
     * @throws ChannelException when Windows refuses a socket
     */
    public IocpDatagramChannel() {
        this(SocketHandle.open(DetachedSocket::datagram));
    }

    /**
     * Creates a channel ({@code WSASocketW}).
     *
     * @param family {@link SocketProtocolFamily#INET} for IPv4, {@link SocketProtocolFamily#INET6} for IPv6 and IPv4;
     *     null for the same as {@link #IocpDatagramChannel()}
     * @throws IllegalArgumentException when it is another family
     * @throws ChannelException when Windows refuses a socket
     */
    public IocpDatagramChannel(final SocketProtocolFamily family) {
        this(SocketHandle.open(DetachedSocket::datagram, family));
    }

    private IocpDatagramChannel(final SocketHandle<UdpSocket> handle) {
        super(null);
        this.handle = handle;
        config = new IocpDatagramChannelConfig(this, handle);
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public DatagramChannelConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    public boolean isConnected() {
        return isOpen() && remoteAddress0() != null;
    }

    // Multicast.

    @Override
    public ChannelFuture joinGroup(final InetAddress multicastAddress) {
        return joinGroup(multicastAddress, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(final InetAddress multicastAddress, final ChannelPromise promise) {
        return joinGroup(multicastAddress, null, null, promise);
    }

    @Override
    public ChannelFuture joinGroup(final InetSocketAddress multicastAddress, final NetworkInterface networkInterface) {
        return joinGroup(multicastAddress, networkInterface, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(
            final InetSocketAddress multicastAddress, final NetworkInterface networkInterface,
            final ChannelPromise promise) {
        return joinGroup(multicastAddress.getAddress(), networkInterface, null, promise);
    }

    @Override
    public ChannelFuture joinGroup(
            final InetAddress multicastAddress, final NetworkInterface networkInterface, final InetAddress source) {
        return joinGroup(multicastAddress, networkInterface, source, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(
            final InetAddress multicastAddress, final NetworkInterface networkInterface, final InetAddress source,
            final ChannelPromise promise) {
        return change(promise, () ->
                groups.join(registeredSocket(), multicastAddress, chosen(networkInterface), source));
    }

    @Override
    public ChannelFuture leaveGroup(final InetAddress multicastAddress) {
        return leaveGroup(multicastAddress, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(final InetAddress multicastAddress, final ChannelPromise promise) {
        return leaveGroup(multicastAddress, null, null, promise);
    }

    @Override
    public ChannelFuture leaveGroup(final InetSocketAddress multicastAddress, final NetworkInterface networkInterface) {
        return leaveGroup(multicastAddress, networkInterface, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(
            final InetSocketAddress multicastAddress, final NetworkInterface networkInterface,
            final ChannelPromise promise) {
        return leaveGroup(multicastAddress.getAddress(), networkInterface, null, promise);
    }

    @Override
    public ChannelFuture leaveGroup(
            final InetAddress multicastAddress, final NetworkInterface networkInterface, final InetAddress source) {
        return leaveGroup(multicastAddress, networkInterface, source, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(
            final InetAddress multicastAddress, final NetworkInterface networkInterface, final InetAddress source,
            final ChannelPromise promise) {
        return change(promise, () -> groups.leave(multicastAddress, chosen(networkInterface), source));
    }

    @Override
    public ChannelFuture block(
            final InetAddress multicastAddress, final NetworkInterface networkInterface,
            final InetAddress sourceToBlock) {
        return block(multicastAddress, networkInterface, sourceToBlock, newPromise());
    }

    @Override
    public ChannelFuture block(
            final InetAddress multicastAddress, final NetworkInterface networkInterface,
            final InetAddress sourceToBlock, final ChannelPromise promise) {
        return change(promise, () -> groups.block(multicastAddress, chosen(networkInterface), sourceToBlock));
    }

    @Override
    public ChannelFuture block(final InetAddress multicastAddress, final InetAddress sourceToBlock) {
        return block(multicastAddress, sourceToBlock, newPromise());
    }

    @Override
    public ChannelFuture block(
            final InetAddress multicastAddress, final InetAddress sourceToBlock, final ChannelPromise promise) {
        return block(multicastAddress, null, sourceToBlock, promise);
    }

    private static ChannelFuture change(final ChannelPromise promise, final Change change) {
        try {
            change.make();
            promise.setSuccess();
        } catch (final IOException | RuntimeException refused) {
            promise.setFailure(refused);
        }
        return promise;
    }

    private UdpSocket registeredSocket() {
        final UdpSocket device = socket;
        if (device == null) {
            throw new IllegalStateException("Register the channel before it joins a group");
        }
        return device;
    }

    /** The interface that was named; otherwise that of the options; otherwise that of the local address. */
    private NetworkInterface chosen(final NetworkInterface named) throws SocketException {
        if (named != null) {
            return named;
        }
        final NetworkInterface configured = config.getNetworkInterface();
        if (configured != null) {
            return configured;
        }
        final InetSocketAddress local = localAddress();
        final NetworkInterface found = local == null || local.getAddress().isAnyLocalAddress()
                ? null : NetworkInterface.getByInetAddress(local.getAddress());
        if (found == null) {
            throw new IllegalStateException("Name a network interface: neither IP_MULTICAST_IF nor the local address "
                    + local + " says which one");
        }
        return found;
    }

    // The socket.

    boolean isBound() {
        return bound;
    }

    @Override
    UdpSocket device() {
        return socket;
    }

    @Override
    void associate(final IocpIoHandler handler) throws IOException {
        if (socket != null) {
            return;
        }
        final UdpSocket made;
        synchronized (handle) {
            made = handle.detached().associate(handler.port());
            handle.become(made::option, made::option);
        }
        reader.associated(made);
        sends = new DatagramSends(made);
        hasAddresses = true;
        socket = made;
        // Otherwise any datagram that finds no socket would make a receive fail.
        made.option(WinsockOptions.UDP_CONNRESET, false);
        if (config.isActiveOnRegistration()) {
            activate(null, null);
        }
    }

    @Override
    void closeDetached() {
        handle.close();
    }

    @Override
    void closeBegins() {
        reader.close();
    }

    @Override
    void handleClosed() {
        releaseAddresses();
    }

    boolean hasAddresses() {
        return hasAddresses;
    }

    /** After a close, when no operation uses them: after a forced close, completions may follow. */
    private void releaseAddresses() {
        if (hasAddresses && !isOpen() && !reader.isReceiving() && !sends.isSending()) {
            hasAddresses = false;
            reader.release();
            sends.release();
        }
    }

    @Override
    void registered() {
        reader.receive();
        if (isActive()) {
            // After a deregistration, flushed messages have waited for this.
            iocpUnsafe().flushAgain();
        }
    }

    @Override
    protected void doBeginRead() {
        reader.begin();
    }

    @Override
    void readingEnds() {
        reader.stop();
    }

    @Override
    void completed(final CompletionEvent event) {
        if (event.kind() < DatagramReceives.PLACES) {
            reader.completed(event);
        } else {
            sendCompleted(event);
        }
        releaseAddresses();
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new DatagramUnsafe();
    }

    @Override
    void bindTo(final SocketAddress local) throws IOException {
        try {
            socket.bind(handle.check(local));
        } catch (final Win32Exception refused) {
            throw Failures.ofBind(refused);
        }
        hasLocalAddress();
    }

    private void connectNow(final SocketAddress remote, final SocketAddress local) throws Exception {
        if (remoteAddress0() != null) {
            throw new AlreadyConnectedException();
        }
        final InetSocketAddress peer = handle.checkRemote(remote);
        if (local != null) {
            doBind(local);
        }
        try {
            socket.connect(peer);
        } catch (final Win32Exception refused) {
            throw Failures.ofConnect(refused);
        }
        bound = true;
        activate(socket.localAddress(), peer);
        socket.option(WinsockOptions.UDP_CONNRESET, true);
    }

    @Override
    protected void doDisconnect() throws IOException {
        if (remoteAddress0() != null) {
            socket.disconnect();
            hasLocalAddress();
            socket.option(WinsockOptions.UDP_CONNRESET, false);
        }
    }

    private void hasLocalAddress() {
        bound = true;
        activate(socket.localAddress(), null);
    }

    // Sending.

    @Override
    protected Object filterOutboundMessage(final Object message) {
        if (message instanceof ByteBuf) {
            return sendable((ByteBuf) message);
        }
        if (message instanceof AddressedEnvelope && ((AddressedEnvelope<?, ?>) message).content() instanceof ByteBuf) {
            return sendable((AddressedEnvelope<?, ?>) message);
        }
        throw new UnsupportedOperationException("This channel writes only DatagramPackets, ByteBufs, and"
                + " AddressedEnvelopes of a ByteBuf and an InetSocketAddress, not a " + message.getClass().getName());
    }

    private AddressedEnvelope<?, ?> sendable(final AddressedEnvelope<?, ?> envelope) {
        final InetSocketAddress recipient =
                envelope.recipient() == null ? null
                        : handle.checkRemote(envelope.recipient());
        final ByteBuf content = (ByteBuf) envelope.content();
        if (isSendable(content) && recipient == envelope.recipient()) {
            return envelope;
        }
        final ByteBuf direct = isSendable(content) ? content.retain() : directCopy(content);
        envelope.release();
        return recipient == null
                ? new DefaultAddressedEnvelope<>(direct, null, envelope.sender())
                : new DatagramPacket(direct, recipient);
    }

    private ByteBuf sendable(final ByteBuf content) {
        if (isSendable(content)) {
            return content;
        }
        final ByteBuf direct = directCopy(content);
        content.release();
        return direct;
    }

    /** Netty puts its empty buffer in the place of messages that are cancelled, so that it would not be sent. */
    private static boolean isSendable(final ByteBuf content) {
        return content.isDirect() && content.nioBufferCount() == 1 && !(content instanceof EmptyByteBuf);
    }

    @Override
    protected void doWrite(final ChannelOutboundBuffer outbound) throws Exception {
        if (!canStart()) {
            return;
        }
        skipped = sends.count();
        outbound.forEachFlushedMessage(send);
        sends.removeFrom(outbound);
        if (sends.count() == 0 && outbound.current() != null) {
            // None could be sent. The next ones are for later, because promises may write more messages.
            eventLoop().execute(flush);
        }
        if (!bound && socket.localAddress() != null) {
            // Windows has bound the socket, because it sends.
            hasLocalAddress();
            reader.receive();
        }
    }

    private boolean send(final Object message) {
        if (skipped > 0) {
            skipped--;
            return true;
        }
        if (sends.count() >= Math.min(DatagramSends.PLACES, config.getMaxMessagesPerWrite())) {
            return false;
        }
        final AddressedEnvelope<?, ?> envelope =
                message instanceof AddressedEnvelope ? (AddressedEnvelope<?, ?>) message : null;
        final ByteBuf content = (ByteBuf) (envelope == null ? message : envelope.content());
        final SocketAddress target = envelope == null ? null : envelope.recipient();
        final SocketAddress peer = remoteAddress0();
        if (peer == null && target == null) {
            sends.addFailed(new NotYetConnectedException());
        } else if (peer != null && target != null && !peer.equals(target)) {
            sends.addFailed(new AlreadyConnectedException());
        } else {
            sends.add(registration(), DatagramReceives.PLACES, content,
                    peer == null ? (InetSocketAddress) target : null);
        }
        return true;
    }

    private void sendCompleted(final CompletionEvent event) {
        Throwable failure = null;
        if (!event.isSuccess()) {
            failure = isClosing() ? new ClosedChannelException() : Failures.ofDatagram(event.error());
        }
        sends.completed(event.kind() - DatagramReceives.PLACES, failure);
        final ChannelOutboundBuffer outbound = iocpUnsafe().outboundBuffer();
        // After closeForcibly, Netty may have removed the messages already.
        if (outbound != null && isActive()) {
            sends.removeFrom(outbound);
        }
        if (!failsWrites()) {
            iocpUnsafe().flushAgain();
        }
    }

    /** A change of the groups that the socket has joined. */
    private interface Change {
        void make() throws IOException;
    }

    /** The side of a channel that its event loop calls. */
    final class DatagramUnsafe extends IocpUnsafe {
        @Override
        public void connect(final SocketAddress remote, final SocketAddress local, final ChannelPromise promise) {
            if (promise.isDone() || !ensureOpen(promise)) {
                return;
            }
            final boolean wasActive = isActive();
            try {
                if (!canStart()) {
                    throw new ClosedChannelException();
                }
                connectNow(remote, local);
            } catch (final Exception refused) {
                promise.tryFailure(annotateConnectException(refused, remote));
                closeIfClosed();
                return;
            }
            final boolean wanted = promise.trySuccess();
            if (!wasActive) {
                pipeline().fireChannelActive();
            }
            if (wanted) {
                reader.receive();
            } else {
                close(voidPromise());
            }
        }
    }
}

package io.github.iocp4j.netty;

import io.github.iocp4j.StreamDevice;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;

/** A connection. It is connected by its connector, or accepted; then it has a reader and a writer. */
abstract class AbstractIocpStreamChannel extends AbstractIocpChannel {
    /** The kinds of its operations, see {@link Registration#token}. */
    static final int READ = 0;
    static final int WRITE = 1;
    static final int CONNECT = 2;
    static final int WATCH = 3;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    /** Null until the program connects the channel. */
    private StreamConnector connector;
    private final StreamReader reader = new StreamReader(this);
    private final StreamWriter writer = new StreamWriter(this);

    AbstractIocpStreamChannel(final Channel parent) {
        super(parent);
    }

    @Override
    public final ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    abstract StreamDevice device();

    /** Starts a connect with a token of the kind {@link #CONNECT}; returns the address that it connects to. */
    abstract SocketAddress startConnect(SocketAddress remote, SocketAddress local) throws Exception;

    /** A connect has succeeded; returns the local address. */
    abstract SocketAddress localOfConnected(SocketAddress remote) throws IOException;

    /** Whether each write is one {@link NamedPipeMessage}, and each read gets one. */
    boolean keepsMessages() {
        return false;
    }

    /** After a read has got a part of a message: the length of the rest. */
    int restOfMessage() throws IOException {
        throw new IllegalStateException("The channel has no messages");
    }

    /** Whether a write takes several buffers. */
    abstract boolean isGathering();

    /** Whether Windows sends regions of files itself. */
    boolean transmitsFiles() {
        return false;
    }

    /** Whether a read of 0 bytes waits for data, so that an idle connection has no buffer. */
    boolean waitsWithoutBuffer() {
        return false;
    }

    /** Whether a read of 0 bytes completes at the end of the input, and not before there is data. */
    boolean canWatch() {
        return false;
    }

    /** False if it is known that no data has arrived. */
    boolean mayHaveData() {
        return true;
    }

    /** Whether the end of the input leaves the channel open. */
    abstract boolean allowsHalfClosure();

    /** Whether the program has shut the input down. */
    abstract boolean hasShutInputDown();

    /** The end of the input leaves the channel open: from now on it counts as shut down. */
    abstract void inputHasEnded();

    /** The write that was in flight has completed. */
    void written() {
    }

    /** Whether flushed messages must wait. */
    boolean holdsWrites() {
        return false;
    }

    final void checkNotConnecting() {
        if (connector != null) {
            connector.checkNotConnecting();
        }
    }

    final boolean isWriting() {
        return writer.isInFlight();
    }

    final void cancelReads() {
        reader.cancel();
    }

    /** The connect has succeeded: its promise is complete, and the pipeline has got channelActive. */
    final void connected() {
        reader.goOn();
    }

    @Override
    final void registered() {
        if (isActive()) {
            reader.goOn();
            // After a deregistration, flushed messages have waited for this.
            iocpUnsafe().flushAgain();
        }
    }

    @Override
    final void completed(final CompletionEvent event) {
        switch (event.kind()) {
            case READ:
                reader.completed(event);
                break;
            case WRITE:
                writer.completed(event);
                break;
            case WATCH:
                reader.watchCompleted(event);
                break;
            default:
                connector.completed(event);
                break;
        }
    }

    @Override
    final void readingEnds() {
        reader.stop();
    }

    @Override
    void closeBegins() {
        if (connector != null) {
            connector.closeBegins();
        }
        reader.close();
    }

    @Override
    final void handleClosed() {
        writer.closed();
        if (parent() != null) {
            ((AbstractIocpServerChannel) parent()).connectionClosed();
        }
    }

    @Override
    final void closed() {
        writer.closed();
    }

    @Override
    protected final AbstractUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    @Override
    protected final void doBeginRead() {
        reader.begin();
    }

    @Override
    protected final Object filterOutboundMessage(final Object message) {
        if (keepsMessages()) {
            if (!(message instanceof NamedPipeMessage)) {
                throw new UnsupportedOperationException("A pipe in message mode writes only NamedPipeMessages, not a "
                        + message.getClass().getName());
            }
            return toOneBuffer((NamedPipeMessage) message);
        }
        if (message instanceof FileRegion) {
            return message;
        }
        if (!(message instanceof ByteBuf)) {
            throw new UnsupportedOperationException("This channel writes only ByteBufs and FileRegions, not a "
                    + message.getClass().getName()
                    + (message instanceof NamedPipeMessage ? ": set IocpChannelOption.PIPE_MODE to MESSAGE" : ""));
        }
        final ByteBuf buffer = (ByteBuf) message;
        return buffer.isDirect() || !buffer.isReadable() ? buffer : copied(buffer, buffer);
    }

    /** A message is one write, which takes one part. */
    private NamedPipeMessage toOneBuffer(final NamedPipeMessage message) {
        final ByteBuf content = message.content();
        return !content.isReadable() || content.isDirect() && content.nioBufferCount() == 1
                ? message : message.replace(copied(content, message));
    }

    private ByteBuf copied(final ByteBuf content, final Object owner) {
        final ByteBuf direct = directCopy(content);
        ReferenceCountUtil.safeRelease(owner);
        return direct;
    }

    @Override
    protected final void doWrite(final ChannelOutboundBuffer outbound) throws Exception {
        writer.write(outbound);
    }

    /** The side of a connection that its event loop calls. */
    final class StreamUnsafe extends IocpUnsafe {
        @Override
        public void connect(final SocketAddress remote, final SocketAddress local, final ChannelPromise promise) {
            if (promise.isDone() || !ensureOpen(promise)) {
                return;
            }
            if (connector == null) {
                connector = new StreamConnector(AbstractIocpStreamChannel.this);
            }
            try {
                connector.connect(remote, local, promise);
            } catch (final Exception refused) {
                promise.tryFailure(annotated(refused, remote));
                closeIfClosed();
            }
        }
    }
}

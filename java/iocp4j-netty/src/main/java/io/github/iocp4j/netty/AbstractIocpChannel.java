package io.github.iocp4j.netty;

import io.github.iocp4j.Device;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;

/**
 * A channel whose operations complete on the port of its event loop.
 *
 * <p>A close cancels the operations in flight; the write may have some time before. The channel is closed, and its
 * promises complete, when all their completions have come: then Windows uses none of its buffers, and the address is
 * free.
 */
abstract class AbstractIocpChannel extends AbstractChannel {
    private volatile boolean open = true;
    private volatile boolean active;
    private volatile SocketAddress local;
    private volatile SocketAddress remote;
    /** Null before the channel is registered. */
    private Registration registration;
    /** Whether a close has begun. No operation starts afterwards. */
    private boolean closing;
    /** Not null if the loop has ended before the close. */
    private IOException closeFailure;

    AbstractIocpChannel(final Channel parent) {
        super(parent);
    }

    @Override
    public final boolean isOpen() {
        return open;
    }

    @Override
    public final boolean isActive() {
        return active;
    }

    /** Null before the handle belongs to a port. */
    abstract Device device();

    /** Makes the handle a device of the loop's port, if there is a handle. */
    abstract void associate(IocpIoHandler handler) throws Exception;

    /** Closes a handle that belongs to no port. */
    abstract void closeDetached();

    /** The loop's thread: binds the channel, which has no address yet. */
    abstract void bindTo(SocketAddress address) throws Exception;

    /** The loop's thread: a completion has come. */
    abstract void completed(CompletionEvent event);

    /** The loop's thread: the program has called close, and operations are about to be cancelled. */
    void closeBegins() {
    }

    /**
     * The loop's thread: for how many milliseconds a close lets the write in flight go on before it cancels it. If that
     * is not 0, the channel has cancelled its other operations.
     */
    int millisecondsForWrite() {
        return 0;
    }

    /** The loop's thread: whether the handle's close may wait for the peer. */
    boolean mayBlockInClose() {
        return false;
    }

    /** A close of the handle on this thread follows, which must not wait for the peer. */
    void preventBlockingClose() {
    }

    /** The loop's thread: all completions have come. */
    void closed() {
    }

    /**
     * The channel's handle is closed, or a close has begun that no completion of a promise follows, as that of
     * {@code closeForcibly}. Runs on the loop, once.
     */
    void handleClosed() {
    }

    /** The loop's thread: operations may start. */
    void registered() {
    }

    /** The loop's thread: what the program has wanted to read before is not wanted any more. */
    abstract void readingEnds();

    /** The config has turned auto-read off. */
    final void autoReadCleared() {
        if (isRegistered()) {
            if (eventLoop().inEventLoop()) {
                readingEnds();
            } else {
                eventLoop().execute(() -> {
                    // If it is on again, its read() has found this read still requested: stopping would lose it.
                    if (!config().isAutoRead()) {
                        readingEnds();
                    }
                });
            }
        }
    }

    final Registration registration() {
        return registration;
    }

    /** Whether the channel is closed, also by {@code closeForcibly}, or is being closed. */
    final boolean isClosing() {
        return closing || !open;
    }

    /** Whether a close has begun whose end completes the promises of all writes. {@code closeForcibly} has none. */
    final boolean failsWrites() {
        return closing;
    }

    /** Whether operations may start. After a deregistration their completions would not find this channel. */
    final boolean canStart() {
        return !isClosing() && registration != null && registration.isValid();
    }

    final void activate(final SocketAddress localAddress, final SocketAddress remoteAddress) {
        local = localAddress;
        remote = remoteAddress;
        active = true;
    }

    final void bound(final SocketAddress localAddress) {
        local = localAddress;
    }

    /** Copies the readable bytes. The copy is not Netty's empty buffer. */
    final ByteBuf directCopy(final ByteBuf content) {
        final int length = content.readableBytes();
        final ByteBuf direct = alloc().directBuffer(Math.max(length, 1));
        try {
            return direct.writeBytes(content, content.readerIndex(), length);
        } catch (final RuntimeException alreadyReleased) {
            direct.release();
            throw alreadyReleased;
        }
    }

    final IocpUnsafe iocpUnsafe() {
        return (IocpUnsafe) unsafe();
    }

    @Override
    protected final boolean isCompatible(final EventLoop loop) {
        return loop instanceof IoEventLoop && ((IoEventLoop) loop).isCompatible(IocpUnsafe.class);
    }

    @Override
    protected final void doRegister(final ChannelPromise promise) {
        ((IoEventLoop) eventLoop()).register(iocpUnsafe()).addListener(registered -> {
            if (!registered.isSuccess()) {
                promise.setFailure(registered.cause());
                return;
            }
            final IoRegistration made = (IoRegistration) registered.getNow();
            final Registration own = made.attachment();
            try {
                checkPort(own.handler());
                associate(own.handler());
            } catch (final Exception refused) {
                made.cancel();
                promise.setFailure(refused);
                return;
            }
            registration = own;
            iocpUnsafe().registration = made;
            promise.setSuccess();
            registered();
        });
    }

    @Override
    protected final void doDeregister() {
        final IoRegistration registered = iocpUnsafe().registration;
        if (registered != null) {
            registered.cancel();
            readingEnds();
        }
    }

    @Override
    protected final SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected final SocketAddress remoteAddress0() {
        return remote;
    }

    /** Windows would say WSAEINVAL for each of these. The exceptions are those of NIO. */
    @Override
    protected final void doBind(final SocketAddress address) throws Exception {
        if (isClosing()) {
            throw new ClosedChannelException();
        }
        if (local != null) {
            throw new AlreadyBoundException();
        }
        bindTo(address);
    }

    @Override
    protected void doDisconnect() throws Exception {
        iocpUnsafe().close();
    }

    /** After a failed write, if the channel is not to be closed and has no half closure: nothing else can be done. */
    @Override
    protected void doShutdownOutput() throws Exception {
        iocpUnsafe().close();
    }

    @Override
    protected final void doClose() {
        final boolean wasOpen = open;
        open = false;
        active = false;
        final Device device = device();
        if (device != null) {
            // A forced close, or one that the end of the loop has abandoned.
            if (device.isOpen()) {
                preventBlockingClose();
            }
            device.closeAsync();
        } else {
            closeDetached();
        }
        if (wasOpen) {
            onOwnLoop(() -> {
                if (!closing) {
                    closeBegins();
                }
                handleClosed();
            });
        }
    }

    /** Another loop may close the channel, when it refuses to register it. */
    private void onOwnLoop(final Runnable action) {
        if (registration == null) {
            action.run();
            return;
        }
        try {
            registration.handler().onLoop(action);
        } catch (final RejectedExecutionException ended) {
            // The loop does not use the channel any more.
            action.run();
        }
    }

    private void checkPort(final IocpIoHandler handler) {
        final Device device = device();
        if (device != null && device.port() != handler.port()) {
            throw new IllegalStateException("The channel has been registered with another event loop before. Windows"
                    + " does not move a handle to another completion port, so it can only be registered there again");
        }
    }

    /** The channel's own side, which its event loop calls. */
    abstract class IocpUnsafe extends AbstractUnsafe implements IoHandle {
        /** Counts for the loop; null before the channel is registered. */
        private IoRegistration registration;

        /** The registration of the channel, or its last one; null before the channel is registered. */
        final Registration latest() {
            return AbstractIocpChannel.this.registration;
        }

        @Override
        public final void handle(final IoRegistration registered, final IoEvent event) {
            completed((CompletionEvent) event);
        }

        @Override
        public final void close() {
            close(voidPromise());
        }

        @Override
        public final RecvByteBufAllocator.ExtendedHandle recvBufAllocHandle() {
            return PlainReceiveHandle.extended(super.recvBufAllocHandle());
        }

        final void flushAgain() {
            flush0();
        }

        final void writeFailed(final Throwable failure) {
            handleWriteError(failure);
        }

        final Throwable annotated(final Throwable failure, final SocketAddress address) {
            // Netty would make a ConnectException of it.
            return failure instanceof ConnectTimeoutException ? failure : annotateConnectException(failure, address);
        }

        @Override
        protected final void close(
                final ChannelPromise promise, final Throwable cause, final ClosedChannelException closeCause) {
            onOwnLoop(() -> closeOnLoop(promise, cause, closeCause));
        }

        private void closeOnLoop(
                final ChannelPromise promise, final Throwable cause, final ClosedChannelException closeCause) {
            if (closing) {
                // The close that has begun completes this promise, too: at once if it has ended.
                if (!promise.isVoid()) {
                    closeFuture().addListener(closed -> {
                        if (closeFailure == null) {
                            promise.trySuccess();
                        } else {
                            promise.tryFailure(closeFailure);
                        }
                    });
                }
                return;
            }
            if (!promise.setUncancellable()) {
                return;
            }
            closing = true;
            closeBegins();
            final Device device = device();
            final DeviceClose end = new ChannelClose(promise, cause, closeCause);
            final Registration own = AbstractIocpChannel.this.registration;
            if (device == null || own == null || own.handler().hasEnded()) {
                end.ended();
                return;
            }
            final int milliseconds = millisecondsForWrite();
            if (mayBlockInClose()) {
                own.handler().closes().closeElsewhere(own, device, milliseconds, end);
            } else if (milliseconds > 0) {
                own.handler().closes().closeLater(own, device, milliseconds, end);
            } else {
                own.handler().closes().close(own, device, end);
            }
        }

        private void finishClose(
                final ChannelPromise promise, final Throwable cause, final ClosedChannelException closeCause) {
            super.close(promise, cause, closeCause);
        }

        /** A close whose promises complete when it has ended. */
        private final class ChannelClose implements DeviceClose {
            private final ChannelPromise promise;
            private final Throwable cause;
            private final ClosedChannelException closeCause;

            ChannelClose(final ChannelPromise promise, final Throwable cause, final ClosedChannelException closeCause) {
                this.promise = promise;
                this.cause = cause;
                this.closeCause = closeCause;
            }

            @Override
            public void ended() {
                closed();
                if (closeFailure == null) {
                    finishClose(promise, cause, closeCause);
                }
            }

            @Override
            public void abandoned() {
                closeFailure = new IOException("The event loop has ended before the channel's handle was closed:"
                        + " SO_LINGER delays that, or operations of the channel have no completion. The buffers of such"
                        + " operations are never released, because Windows may still use them");
                finishClose(voidPromise(), cause, closeCause);
                promise.tryFailure(closeFailure);
            }
        }
    }
}

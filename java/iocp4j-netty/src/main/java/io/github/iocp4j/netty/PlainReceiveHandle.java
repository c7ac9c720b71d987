package io.github.iocp4j.netty;

import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * A handle of a {@link RecvByteBufAllocator} of the program that is no
 * {@link io.netty.channel.RecvByteBufAllocator.ExtendedHandle}, as a
 * {@link io.netty.channel.RecvByteBufAllocator.DelegatingHandle}. Netty's NIO takes such handles, too.
 */
final class PlainReceiveHandle extends RecvByteBufAllocator.DelegatingHandle
        implements RecvByteBufAllocator.ExtendedHandle {
    @SuppressWarnings("deprecation")
    private PlainReceiveHandle(final RecvByteBufAllocator.Handle plain) {
        super(plain);
    }

    @SuppressWarnings("deprecation")
    static RecvByteBufAllocator.ExtendedHandle extended(final RecvByteBufAllocator.Handle handle) {
        return handle instanceof RecvByteBufAllocator.ExtendedHandle
                ? (RecvByteBufAllocator.ExtendedHandle) handle : new PlainReceiveHandle(handle);
    }

    @Override
    public boolean continueReading(final UncheckedBooleanSupplier maybeMoreData) {
        return continueReading();
    }
}

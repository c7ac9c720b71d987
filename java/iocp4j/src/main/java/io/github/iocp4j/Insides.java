package io.github.iocp4j;

import io.github.iocp4j.internal.ConnectionFactory;
import io.github.iocp4j.internal.DetachedFactory;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.StreamLimit;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/** Gives the other packages of this library what is not public in this one. */
final class Insides extends PortAccess {
    @Override
    public long id(final CompletionPort port) {
        return port.id();
    }

    @Override
    public CompletionListener listener(final CompletionPort port) {
        return port.listener();
    }

    @Override
    public <D extends Device> D register(final CompletionPort port, final D device) {
        return port.register(device);
    }

    @Override
    public void connections(final DeviceKind kind, final ConnectionFactory factory) {
        CompletionBatch.CONNECTIONS.put(kind, factory);
    }

    @Override
    public void detachedConnections(final DeviceKind kind, final DetachedFactory factory) {
        CompletionBatch.DETACHED_CONNECTIONS.put(kind, factory);
    }

    @Override
    public long taken(
            final DetachedDevice<?> detached, final CompletionPort port, final long result, final String call)
            throws Win32Exception {
        return detached.taken(port, result, call);
    }

    @Override
    public DeviceClosedException closed(final DetachedDevice<?> detached) {
        return detached.closedException();
    }

    @Override
    public CompletionStage<Void> ended(final Device device) {
        return device.ended();
    }

    @Override
    public boolean awaitEnd(final Device device, final int milliseconds) {
        return Ending.await(device.ended(), milliseconds);
    }

    @Override
    public long accepted(final Device device, final long answer) {
        return device.accepted(answer);
    }

    @Override
    public long startRead(
            final StreamDevice device, final ByteBuffer buffer, final long position, final long token,
            final int milliseconds) {
        return device.startRead(buffer, position, token, milliseconds);
    }

    @Override
    public long startWrite(
            final StreamDevice device, final ByteBuffer buffer, final long position, final long token,
            final int milliseconds) {
        return device.startWrite(buffer, position, token, milliseconds);
    }

    @Override
    public void checkReadable(final StreamDevice device) {
        device.checkReadable();
    }

    @Override
    public void checkWritable(final StreamDevice device) {
        device.checkWritable();
    }

    @Override
    public void limit(final StreamDevice device, final StreamLimit limit) {
        device.limit(limit);
    }

    @Override
    public long keyToReadInto(final RegisteredSlice slice) {
        return Objects.requireNonNull(slice, "slice").keyToReadInto();
    }

    @Override
    public long keyToWriteFrom(final RegisteredSlice slice) {
        return Objects.requireNonNull(slice, "slice").keyToWriteFrom();
    }

    @Override
    public int offset(final RegisteredSlice slice) {
        return slice.offset();
    }

    @Override
    public long pollAlertably(final CompletionPoller poller, final int milliseconds) {
        return poller.poll(milliseconds, true);
    }

    @Override
    public DeviceClosedException deviceClosed(final String message) {
        return new DeviceClosedException(message);
    }

    @Override
    public PortClosedException portClosed(final String message) {
        return new PortClosedException(message);
    }

    @Override
    public PortLostException portLost(final String message) {
        return new PortLostException(message);
    }

    @Override
    public OperationLimitException operationLimit(final String message) {
        return new OperationLimitException(message);
    }

    @Override
    public NativeLibraryError libraryError(final String message) {
        return new NativeLibraryError(message);
    }

    @Override
    public NativeLibraryError libraryError(final String message, final Throwable cause) {
        return new NativeLibraryError(message, cause);
    }
}

package io.github.iocp4j.internal;

import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DetachedDevice;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.NativeLibraryError;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.PortLostException;
import io.github.iocp4j.RegisteredSlice;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Exception;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/**
 * What the package {@code io.github.iocp4j} keeps from programs and gives to the other packages of this library:
 * members of its types that are not public. {@link CompletionPort} registers the implementation when it is initialized.
 */
public abstract class PortAccess {
    private static volatile PortAccess registered;

    /** For the implementation. */
    protected PortAccess() {
    }

    /** The implementation; a constant for the compiler once it has been asked for. */
    public static PortAccess get() {
        return Holder.ACCESS;
    }

    /**
     * Registers the implementation.
     *
     * @param access the only one
     */
    public static void set(final PortAccess access) {
        registered = access;
    }

    /** Returns the port's key in native code. */
    public abstract long id(CompletionPort port);

    /** Returns the listener of the port; null if it has a batch listener. */
    public abstract CompletionListener listener(CompletionPort port);

    /** Lets completions find a device, which native code has opened already, until it is closed. */
    public abstract <D extends Device> D register(CompletionPort port, D device);

    /** Registers the factory of the connections of one kind. */
    public abstract void connections(DeviceKind kind, ConnectionFactory factory);

    /** Registers the factory of the detached connections of one kind. */
    public abstract void detachedConnections(DeviceKind kind, DetachedFactory factory);

    /** Returns the device's key from a native call that has consumed the handle, or throws the exception. */
    public abstract long taken(DetachedDevice<?> detached, CompletionPort port, long result, String call)
            throws Win32Exception;

    /** Makes the exception that says why the handle can no longer be used. */
    public abstract DeviceClosedException closed(DetachedDevice<?> detached);

    /** Completes when the device has ended, on the thread that finishes its close. */
    public abstract CompletionStage<Void> ended(Device device);

    /** Waits until the device has ended; returns whether it has. */
    public abstract boolean awaitEnd(Device device, int milliseconds);

    /** Returns a native result that is an operation's id; throws the exception for a refusal. */
    public abstract long accepted(Device device, long answer);

    /** Starts a read of a stream device that may have a position. */
    public abstract long startRead(
            StreamDevice device, ByteBuffer buffer, long position, long token, int milliseconds);

    /** Starts a write to a stream device that may have a position. */
    public abstract long startWrite(
            StreamDevice device, ByteBuffer buffer, long position, long token, int milliseconds);

    /** Throws if the device cannot be read. */
    public abstract void checkReadable(StreamDevice device);

    /** Throws if the device cannot be written, or no longer. */
    public abstract void checkWritable(StreamDevice device);

    /** Changes what a stream device refuses. */
    public abstract void limit(StreamDevice device, StreamLimit limit);

    /** Returns the key of the buffer that a slice is of, for an operation that writes to the memory. */
    public abstract long keyToReadInto(RegisteredSlice slice);

    /** Returns the key of the buffer that a slice is of, for an operation that reads the memory. */
    public abstract long keyToWriteFrom(RegisteredSlice slice);

    /** Returns where in the registered buffer an operation on the slice begins. */
    public abstract int offset(RegisteredSlice slice);

    /** Polls in an alertable wait; returns the result of {@link PollerNative#poll}. */
    public abstract long pollAlertably(CompletionPoller poller, int milliseconds);

    /** Makes an exception. */
    public abstract DeviceClosedException deviceClosed(String message);

    /** Makes an exception. */
    public abstract PortClosedException portClosed(String message);

    /** Makes an exception. */
    public abstract PortLostException portLost(String message);

    /** Makes an exception. */
    public abstract OperationLimitException operationLimit(String message);

    /** Makes an error. */
    public abstract NativeLibraryError libraryError(String message);

    /** Makes an error. */
    public abstract NativeLibraryError libraryError(String message, Throwable cause);

    /** Initialized when the first package asks, which may be before a program has opened its first port. */
    private static final class Holder {
        static final PortAccess ACCESS = find();

        private Holder() {
        }

        private static PortAccess find() {
            if (registered == null) {
                try {
                    Class.forName(CompletionPort.class.getName(), true, CompletionPort.class.getClassLoader());
                } catch (final ClassNotFoundException impossible) {
                    throw new AssertionError(impossible);
                }
            }
            return registered;
        }
    }
}

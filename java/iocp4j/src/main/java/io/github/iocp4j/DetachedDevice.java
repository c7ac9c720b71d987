package io.github.iocp4j;

import io.github.iocp4j.internal.DetachedNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.Printable;
import java.util.Objects;

/**
 * A handle that belongs to no {@link CompletionPort} yet. It is either a connection that a server with detached
 * connections has accepted, or a socket that the program has opened to set its options first.
 *
 * <p>{@link #associate} makes it a device of the port that the program chooses: for example, one thread accepts, and
 * each connection goes to one of several polled ports. A handle stays with its port for ever; Windows cannot move it.
 * Therefore a detached handle is associated once. It can have no operations before that.
 *
 * <p>The program owns the handle, and must either associate or close it. All methods may be called by any thread.
 *
 * @param <D> the device that it becomes
 */
public abstract class DetachedDevice<D extends Device> implements AutoCloseable {
    private final OpenedDevice opened;
    private volatile boolean closed;
    /** The port that it belongs to by now, or null. */
    private volatile CompletionPort associated;

    /**
     * For this library only: programs cannot create an {@code OpenedDevice}.
     *
     * @param opened what native code has opened, without a port
     */
    @SuppressWarnings("exports")
    protected DetachedDevice(final OpenedDevice opened) {
        this.opened = opened;
    }

    /**
     * Makes the device.
     *
     * @param registered what native code has registered with a port
     * @return the device, whose object is not registered yet
     */
    @SuppressWarnings("exports")
    protected abstract D device(OpenedDevice registered);

    /**
     * The key under which native code knows the handle while it is detached. It is not the key of the later device.
     *
     * @return the key, which is never used twice in one process
     */
    public final long key() {
        return opened.key();
    }

    /**
     * What was opened or accepted.
     *
     * @return the name
     */
    public final String name() {
        return OpenedDevice.nameOf(this, opened.name());
    }

    /**
     * Whether the handle can still be associated.
     *
     * @return false after {@link #close} and after {@link #associate} has succeeded
     */
    public final boolean isOpen() {
        return !closed && associated == null && DetachedNative.exists(key());
    }

    /**
     * Makes this handle a device of the port ({@code CreateIoCompletionPort}).
     *
     * @param port receives the completions of the device
     * @return the device; this object is then of no further use, and {@link #close} does nothing
     * @throws PortClosedException when the port is closed or closing; the handle stays detached, and may be associated
     *     with another port
     * @throws PortLostException when other code has closed the handle of the port; the handle stays detached
     * @throws DeviceClosedException when this handle is closed, or has been associated already
     * @throws Win32Exception when Windows refuses; the handle is closed
     */
    public final D associate(final CompletionPort port) throws Win32Exception {
        return associate(port, null);
    }

    /**
     * Makes this handle a device of the port, as {@link #associate(CompletionPort)} does, with an attachment.
     *
     * @param port receives the completions of the device
     * @param attachment the device's {@link Device#attachment}, set before its first completion; null for none
     * @return the device
     * @throws PortClosedException when the port is closed or closing; the handle stays detached
     * @throws PortLostException when other code has closed the handle of the port; the handle stays detached
     * @throws DeviceClosedException when this handle is closed, or has been associated already
     * @throws Win32Exception when Windows refuses; the handle is closed
     */
    public final D associate(final CompletionPort port, final Object attachment) throws Win32Exception {
        Objects.requireNonNull(port, "port");
        final long device = taken(port, DetachedNative.associate(key(), port.id()), "CreateIoCompletionPort");
        final D made = device(opened.registered(port, device));
        made.attach(attachment);
        return port.register(made);
    }

    /**
     * Closes the handle ({@code closesocket}, {@code CloseHandle}), unless it has been associated. Closing twice is
     * harmless.
     */
    @Override
    public final void close() {
        closed = true;
        DetachedNative.close(key());
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + '[' + Printable.of(name()) + ", key " + Long.toHexString(key())
                + (isOpen() ? "]" : ", closed or associated]");
    }

    /** Returns the device's key from a native call that has consumed this handle, or throws the exception. */
    final long taken(final CompletionPort port, final long result, final String call) throws Win32Exception {
        if (result > 0) {
            associated = port;
            return result;
        }
        final EngineError error = EngineError.of(result);
        if (error == EngineError.DEVICE_CLOSED) {
            throw closedException();
        }
        return EngineError.key(result, call + ' ' + name(), error == EngineError.WRONG_DEVICE ? this : port);
    }

    /** Says why the handle can no longer be used. */
    final DeviceClosedException closedException() {
        final CompletionPort owner = associated;
        return new DeviceClosedException(owner == null
                ? this + ": open or accept another one"
                : this + " belongs to " + owner + " already, and a handle stays with its port: use the device that"
                        + " associate() has returned");
    }
}

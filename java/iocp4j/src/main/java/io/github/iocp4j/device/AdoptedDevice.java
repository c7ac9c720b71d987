package io.github.iocp4j.device;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.internal.AdoptedDeviceNative;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Timeouts;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;

/**
 * A handle that the program has opened by other means, or any device with a path.
 *
 * <p>The driver decides which operations the device supports: {@link #read} and {@link #write} with or without a
 * position, {@link #control}. If the handle has positions, like that of a file or a disk, operations without a position
 * begin at position 0.
 *
 * <p>Windows binds a handle to one completion port until the handle is closed. The handle must be open for overlapped
 * I/O; a console does not support that.
 */
public final class AdoptedDevice extends StreamDevice {
    /** The access right to read, for {@link #open}. */
    public static final int GENERIC_READ = 0x8000_0000;

    /** The access right to write, for {@link #open}. */
    public static final int GENERIC_WRITE = 0x4000_0000;

    private static final Set<String> CONSOLES =
            Set.of("CON", "CONIN$", "CONOUT$", "\\\\.\\CON", "\\\\.\\CONIN$", "\\\\.\\CONOUT$");
    private static final int INVALID_HANDLE_VALUE = -1;

    private AdoptedDevice(final CompletionPort port, final long key) {
        super(new OpenedDevice(port, key, DeviceNative.name(key)));
    }

    /** Who owns a handle and closes it. */
    public enum Ownership {
        /**
         * The program closes the handle. Closing the device cancels its operations, waits for them, and leaves the
         * handle open. The handle stays bound to the port; it cannot be registered again. Do not close it before the
         * device.
         */
        KEPT,
        /**
         * The device closes the handle ({@code CloseHandle}). Do not use this for a socket, which must be closed in
         * another way.
         */
        PASSED
    }

    /**
     * Registers an open handle ({@code CreateIoCompletionPort}). Operations that other code has in flight on the handle
     * also complete to the port, which counts them as foreign packets.
     *
     * @param port receives the completions
     * @param handle a Win32 {@code HANDLE} as a number
     * @param ownership who closes the handle; when this method throws, the caller still owns it
     * @return the device
     * @throws IllegalArgumentException for 0 and -1, which are not handles
     * @throws UnsupportedOperationException when it is the handle of a console
     * @throws Win32Exception {@link Win32Error#INVALID_PARAMETER} when the handle was opened without
     *     {@code FILE_FLAG_OVERLAPPED} or is already bound to a port; the message says which, if Windows reports it;
     *     {@link Win32Error#INVALID_HANDLE} when it is not a handle, or is of a kind that cannot be read or written
     * @throws PortClosedException when the port is closed or closing
     */
    public static AdoptedDevice adopt(final CompletionPort port, final long handle, final Ownership ownership)
            throws Win32Exception {
        Objects.requireNonNull(ownership, "ownership");
        if (handle == 0 || handle == INVALID_HANDLE_VALUE) {
            throw new IllegalArgumentException(
                    handle + " is not a handle: the call that should have opened it has failed, or was not made yet");
        }
        // Without FILE_FLAG_OVERLAPPED, Windows blocks on the handle while another thread reads it.
        final long answer =
                OffCarrier.call(() -> AdoptedDeviceNative.adopt(PortAccess.get().id(
                        port), handle, ownership == Ownership.PASSED));
        if (answer < 0 && EngineError.of(answer) == null) {
            explain(handle, (int) -answer);
        }
        return PortAccess.get().register(port,
                new AdoptedDevice(port, EngineError.key(answer, "CreateIoCompletionPort", port)));
    }

    /**
     * Opens a device by its path, for {@link #control} and other operations of its driver ({@code CreateFileW} with
     * {@code OPEN_EXISTING}, {@code FILE_FLAG_OVERLAPPED}, shared for reading and writing). A virtual thread parks
     * during the call and does not pin its carrier.
     *
     * @param port receives the completions
     * @param path as in {@code \\.\PhysicalDrive0} or {@code \\.\pipe\}
     * @param access {@link #GENERIC_READ}, {@link #GENERIC_WRITE}, both, or 0 for control requests that need neither
     * @return the device
     * @throws UnsupportedOperationException when it is a console
     * @throws Win32Exception when Windows refuses
     * @throws PortClosedException when the port is closed or closing
     */
    public static AdoptedDevice open(final CompletionPort port, final String path, final int access)
            throws Win32Exception {
        if (CONSOLES.stream().anyMatch(path::equalsIgnoreCase)) {
            throw consoleRefused(path);
        }
        final long key = EngineError.key(
                OffCarrier.call(() -> AdoptedDeviceNative.open(PortAccess.get().id(port), path, access)),
                "CreateFile " + path, port);
        return PortAccess.get().register(port, new AdoptedDevice(port, key));
    }

    /**
     * Starts reading at a position ({@code ReadFile}). At the end of a file the status is
     * {@link Win32Error#HANDLE_EOF}.
     *
     * @param buffer a direct buffer; its position and limit are not changed
     * @param position the position in the file or on the disk; a device without positions ignores it
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long readAt(final ByteBuffer buffer, final FilePosition position, final long token) {
        Objects.requireNonNull(position, "position");
        return PortAccess.get().startRead(this, buffer, position.bytes(), token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing at a position ({@code WriteFile}).
     *
     * @param buffer a direct buffer, which may be read-only; its position and limit are not changed
     * @param position the position in the file or on the disk; a device without positions ignores it
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long writeAt(final ByteBuffer buffer, final FilePosition position, final long token) {
        Objects.requireNonNull(position, "position");
        return PortAccess.get().startWrite(this, buffer, position.bytes(), token, Timeouts.NO_DEADLINE);
    }

    /** Throws the best explanation for a handle that could not be bound. */
    private static void explain(final long handle, final int error) throws Win32Exception {
        final int traits = AdoptedDeviceNative.traits(handle);
        if ((traits & AdoptedDeviceNative.CONSOLE) != 0) {
            throw consoleRefused("handle " + handle);
        }
        if (error == Win32Error.INVALID_PARAMETER) {
            throw new Win32Exception("CreateIoCompletionPort for handle " + handle
                    + ((traits & AdoptedDeviceNative.SYNCHRONOUS) != 0
                            ? " (it was opened without FILE_FLAG_OVERLAPPED: open it anew, or use ReOpenFile)"
                            : " (it was opened without FILE_FLAG_OVERLAPPED, or is bound to a port already: a handle"
                                    + " can have one port as long as it is open)"),
                    error);
        }
        throw new Win32Exception("CreateIoCompletionPort for handle " + handle, error);
    }

    private static UnsupportedOperationException consoleRefused(final String what) {
        return new UnsupportedOperationException(what + " is a console, and Windows binds no console to a completion"
                + " port: open its input as a ConsoleInput, or read it on a thread of its own, as System.in does");
    }
}

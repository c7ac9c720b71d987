package io.github.iocp4j.device;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.internal.WaitableDeviceNative;
import java.time.Duration;

/**
 * A {@link WaitableObject} as a device of a port: an event, a process, a timer, or another object with a signalled
 * state. Its signal arrives as a completion, and no thread of the program waits for it.
 *
 * <p>Windows cannot bind such an object to a completion port. Instead, threads of the port wait for it
 * ({@code WaitForMultipleObjects}), one thread for up to 63 waits, and post the packets that the kernel would have
 * queued.
 *
 * <pre>{@code
 * try (WaitableObject process = WaitableObject.process(pid)) {
 *     WaitableDevice.open(port, process).await(0);            // its completion: the process has ended
 * }
 * }</pre>
 */
public final class WaitableDevice extends Device {
    private WaitableDevice(final CompletionPort port, final long key, final String name) {
        super(new OpenedDevice(port, key, name));
    }

    /**
     * Registers an object.
     *
     * @param port receives the completions
     * @param object the object; the device duplicates its handle, so that the caller may close the object
     * @return the device
     * @throws Win32Exception when Windows cannot wait for it: {@link Win32Error#INVALID_HANDLE}
     * @throws IllegalArgumentException when it is a mutex, because the waiting thread would own it
     * @throws IllegalStateException when the object is closed
     * @throws PortClosedException when the port is closed or closing
     */
    public static WaitableDevice open(final CompletionPort port, final WaitableObject object) throws Win32Exception {
        final long answer = WaitableDeviceNative.open(PortAccess.get().id(port), object.name(), object.key());
        return PortAccess.get().register(port, new WaitableDevice(
                port, EngineError.key(answer, "DuplicateHandle for " + object, port), object.name()));
    }

    /**
     * Starts to wait for the object's signal. Any number of waits may be in flight. The completion has the opcode
     * {@link Opcode#WAIT} and 0 bytes. A wait that succeeds resets an auto-reset event; a wait that completes with
     * another status does not.
     *
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long await(final long token) {
        return PortAccess.get().accepted(this, WaitableDeviceNative.await(key(), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts to wait as {@link #await(long)} does, with a deadline. If the object is not signalled by then, the wait
     * completes with {@link Win32Error#TIMEOUT}.
     *
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long await(final Duration timeout, final long token) {
        return PortAccess.get().accepted(this, WaitableDeviceNative.await(key(), token, Timeouts.deadline(timeout)));
    }
}

package io.github.iocp4j.internal;

import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.nio.file.FileSystemException;

/**
 * The engine's error codes, with which it refuses a call. The codes are those of
 * native/engine/operation/EngineError.h; bit 29 is set in them, as Win32 requires of application-defined codes.
 */
public enum EngineError {
    DEVICE_CLOSED(0x2000_0001),
    PORT_CLOSED(0x2000_0002),
    OPERATION_LIMIT(0x2000_0003),
    DEVICE_LIMIT(0x2000_0004),
    BAD_BUFFER(0x2000_0005),
    OUT_OF_MEMORY(0x2000_0006),
    WRONG_DEVICE(0x2000_0007),
    POLLER_CLOSED(0x2000_0008),
    POLLER_BUSY(0x2000_0009),
    HAS_WORKERS(0x2000_000a),
    HANDLE_BUSY(0x2000_000b),
    BAD_OBJECT(0x2000_000c),
    MUTEX(0x2000_000d),
    PORT_LOST(0x2000_000e);

    private final int code;

    EngineError(final int code) {
        this.code = code;
    }

    /** This constant's number, which native code returns negated. */
    public int code() {
        return code;
    }

    /** The exception for the caller; subject is the device or port of the call. */
    public RuntimeException exception(final Object subject) {
        switch (this) {
            case DEVICE_CLOSED:
                return PortAccess.get().deviceClosed(subject + " is closed: it takes no more operations");
            case PORT_CLOSED:
                return PortAccess.get().portClosed(subject + " is closed: open another port");
            case OPERATION_LIMIT:
                return PortAccess.get().operationLimit("The port's ceiling of operations in flight is reached: wait"
                        + " for a completion, or raise CompletionPort.Builder.operations (" + subject + ")");
            case DEVICE_LIMIT:
                return new IllegalStateException("This process has as many devices, ports, pollers or registered"
                        + " buffers open as iocp4j can hold (" + subject + "): close some");
            case BAD_BUFFER:
                return new IllegalArgumentException("Native code cannot get the address of that part of the buffer ("
                        + subject + ")");
            case OUT_OF_MEMORY:
                return new IllegalStateException("Out of native memory or threads (" + subject + ")");
            case WRONG_DEVICE:
                return new UnsupportedOperationException(subject + " does not support this operation");
            case POLLER_CLOSED:
                return new IllegalStateException(subject + " is closed: open another poller");
            case POLLER_BUSY:
                return new IllegalStateException(subject + " is in use: a poller is for one thread at a time, and not"
                        + " for the listener that it calls; open one for each thread");
            case HAS_WORKERS:
                return new IllegalStateException(subject + " has workers, which drain it: only a port built with"
                        + " polled() can be polled");
            case HANDLE_BUSY:
                return new IllegalStateException(subject + " has an operation in flight. Its port uses"
                        + " Mechanism.HANDLE, in which a handle can signal the end of one operation at a time: wait"
                        + " for its completion, or use another Mechanism");
            case BAD_OBJECT:
                return new IllegalStateException("An object to wait for is closed (" + subject + "): open it again");
            case MUTEX:
                return new IllegalArgumentException("The thread that has waited for a mutex owns it, and a port has"
                        + " no thread to own it (" + subject + "): wait for it in an AlertableThread");
            case PORT_LOST:
                return PortAccess.get().portLost("Nothing can be started on " + subject + ": other code has closed"
                        + " the handle of its port's kernel object. Close the port and open another one");
            default:
                throw new AssertionError(this);
        }
    }

    /** The engine error in a negative native result; null for a Win32 error. */
    public static EngineError of(final long result) {
        for (final EngineError error : values()) {
            if (error.code == -result) {
                return error;
            }
        }
        return null;
    }

    /** The Win32 error in a native result; 0 if that is a key or an engine error. */
    public static int win32Error(final long result) {
        return result >= 0 || of(result) != null ? Win32Error.SUCCESS : (int) -result;
    }

    /** Returns a native result that is a key; throws the exception for any other result. */
    public static long key(final long result, final String call, final Object subject) throws Win32Exception {
        if (result > 0) {
            return result;
        }
        throw failure(result, call, subject);
    }

    /** The same for a call that opens a file; for a Win32 error throws the exception of {@code java.nio.file}. */
    public static long opened(final long result, final String call, final Object subject, final String file)
            throws FileSystemException {
        if (result > 0) {
            return result;
        }
        throw failure(result, call, subject).toFileSystemException(file);
    }

    /** Returns a native result that is 0 or positive; throws the exception for a negative one. */
    public static long number(final long result, final String call, final Object subject) throws Win32Exception {
        if (result >= 0) {
            return result;
        }
        throw failure(result, call, subject);
    }

    /** The same for a call on a device, whose name the exception gets. */
    public static long checked(final Device device, final long result, final String call) throws Win32Exception {
        return result >= 0 ? result : number(result, call + " on " + device.name(), device);
    }

    private static Win32Exception failure(final long result, final String call, final Object subject) {
        final EngineError error = of(result);
        if (error != null) {
            throw error.exception(subject);
        }
        return new Win32Exception(call, (int) -result);
    }
}

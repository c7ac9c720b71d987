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
        return Refusal.of(this, subject);
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

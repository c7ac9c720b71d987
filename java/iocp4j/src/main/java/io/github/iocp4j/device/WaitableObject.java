package io.github.iocp4j.device;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.WaitableObjectNative;
import io.github.iocp4j.internal.loader.NativeLibrary;

/**
 * A kernel object with a signalled state, for waits in an {@link AlertableThread} or as a {@link WaitableDevice}: a new
 * event, a process, or the object of an existing handle.
 *
 * <p>Any thread may call the methods. If the object is closed during a wait, its handle stays open until the wait has
 * ended.
 */
public final class WaitableObject implements AutoCloseable {
    private final String name;
    private final long key;

    private WaitableObject(final String name, final long key) {
        this.name = name;
        this.key = key;
    }

    /**
     * Creates an event that is not signalled ({@code CreateEventW}).
     *
     * @param manualReset true for an event that stays signalled until {@link #reset} and releases all waits; false for
     *     one that releases one wait, which resets it
     * @return the object, which the caller must close
     * @throws Win32Exception when Windows refuses
     */
    public static WaitableObject event(final boolean manualReset) throws Win32Exception {
        NativeLibrary.load();
        return made("event", WaitableObjectNative.openEvent(manualReset), "CreateEvent");
    }

    /**
     * Opens a process, which is signalled when it has ended ({@code OpenProcess}).
     *
     * @param processId the process id, for example of {@link ProcessHandle#pid}
     * @return the object, which the caller must close
     * @throws Win32Exception when there is no such process, or this user may not wait for it
     * @throws IllegalArgumentException when no process can have that id
     */
    public static WaitableObject process(final long processId) throws Win32Exception {
        final int id = ProcessIds.check(processId);
        NativeLibrary.load();
        final long answer = WaitableObjectNative.openProcess(id);
        final String why = EngineError.win32Error(answer) == Win32Error.INVALID_PARAMETER
                ? " (there is no such process; it may have ended)" : "";
        return made("process " + processId, answer, "OpenProcess for process " + processId + why);
    }

    /**
     * Duplicates an existing handle ({@code DuplicateHandle}).
     *
     * @param handle a handle of a waitable object; its owner may close it after the call
     * @return the object, which the caller must close
     * @throws Win32Exception when it is not a valid handle
     */
    public static WaitableObject ofHandle(final long handle) throws Win32Exception {
        NativeLibrary.load();
        return made("handle " + handle, WaitableObjectNative.duplicate(handle), "DuplicateHandle");
    }

    private static WaitableObject made(final String name, final long answer, final String call)
            throws Win32Exception {
        return new WaitableObject(name, EngineError.key(answer, call, name));
    }

    /**
     * Signals an event ({@code SetEvent}).
     *
     * @throws Win32Exception when it is not an event, or this handle does not have the right to set it
     * @throws IllegalStateException when it is closed
     */
    public void signal() throws Win32Exception {
        EngineError.key(WaitableObjectNative.signal(key), "SetEvent", this);
    }

    /**
     * Resets an event ({@code ResetEvent}).
     *
     * @throws Win32Exception when it is not an event, or this handle does not have the right to reset it
     * @throws IllegalStateException when it is closed
     */
    public void reset() throws Win32Exception {
        EngineError.key(WaitableObjectNative.reset(key), "ResetEvent", this);
    }

    /**
     * The exit code of a process ({@code GetExitCodeProcess}).
     *
     * @return an unsigned 32-bit number; 259, {@code STILL_ACTIVE}, while the process runs
     * @throws Win32Exception when it is not a process, or this handle does not have the right to query it
     * @throws IllegalStateException when it is closed
     */
    public long exitCode() throws Win32Exception {
        return EngineError.number(WaitableObjectNative.exitCode(key), "GetExitCodeProcess", this);
    }

    /** Refuses new waits. Closing twice is harmless. */
    @Override
    public void close() {
        WaitableObjectNative.close(key);
    }

    @Override
    public String toString() {
        return "WaitableObject[" + name + ']';
    }

    String name() {
        return name;
    }

    long key() {
        return key;
    }
}

package io.github.iocp4j;

/**
 * A kernel object that a thread can wait for in an {@link AlertableThread}, and a port by a {@link WaitableDevice}: an
 * event of one's own, the end of a process, or whatever a handle from elsewhere stands for.
 *
 * <p>All methods may be called from any thread. One that is closed while somebody waits for it stays until he has
 * stopped.
 */
public final class WaitableObject implements AutoCloseable {
    private final String name;
    private final long key;

    private WaitableObject(final String name, final long key) {
        this.name = name;
        this.key = key;
    }

    /**
     * Makes an event that is not signalled ({@code CreateEventW}).
     *
     * @param manualReset whether it stays signalled until {@link #reset}, and lets everybody pass who waits; otherwise
     *     one wait takes the signal away
     * @return to be closed
     * @throws Win32Exception when Windows refuses
     */
    public static WaitableObject event(final boolean manualReset) throws Win32Exception {
        NativeLibrary.load();
        return made("event", WaitableObjectNative.openEvent(manualReset), "CreateEvent");
    }

    /**
     * Finds a process, which is signalled when it has ended ({@code OpenProcess}).
     *
     * @param processId as {@link ProcessHandle#pid} tells it
     * @return to be closed
     * @throws Win32Exception when there is no such process, or it may not be waited for
     * @throws IllegalArgumentException when no process can have that id
     */
    public static WaitableObject process(final long processId) throws Win32Exception {
        final int id = ProcessIds.check(processId);
        NativeLibrary.load();
        final long answer = WaitableObjectNative.openProcess(id);
        final String why = Refusal.win32Error(answer) == Win32Error.INVALID_PARAMETER
                ? " (there is no such process; it may have ended)" : "";
        return made("process " + processId, answer, "OpenProcess for process " + processId + why);
    }

    /**
     * Takes a copy of a handle that somebody else has opened ({@code DuplicateHandle}).
     *
     * @param handle of an object that can be waited for; it stays its owner's, who may close it
     * @return to be closed
     * @throws Win32Exception when it is no handle
     */
    public static WaitableObject ofHandle(final long handle) throws Win32Exception {
        NativeLibrary.load();
        return made("handle " + handle, WaitableObjectNative.duplicate(handle), "DuplicateHandle");
    }

    private static WaitableObject made(final String name, final long answer, final String call)
            throws Win32Exception {
        return new WaitableObject(name, Refusal.key(answer, call, name));
    }

    /**
     * Signals an event ({@code SetEvent}).
     *
     * @throws Win32Exception when it is no event, or may not be signalled
     * @throws IllegalStateException when it is closed
     */
    public void signal() throws Win32Exception {
        Refusal.key(WaitableObjectNative.signal(key), "SetEvent", this);
    }

    /**
     * Takes an event's signal away ({@code ResetEvent}).
     *
     * @throws Win32Exception when it is no event, or may not be reset
     * @throws IllegalStateException when it is closed
     */
    public void reset() throws Win32Exception {
        Refusal.key(WaitableObjectNative.reset(key), "ResetEvent", this);
    }

    /**
     * What a process has ended with ({@code GetExitCodeProcess}).
     *
     * @return its exit code, which Windows keeps in 32 bits without a sign; before its end 259, {@code STILL_ACTIVE}
     * @throws Win32Exception when it is no process, or one of which that may not be asked
     * @throws IllegalStateException when it is closed
     */
    public long exitCode() throws Win32Exception {
        return Refusal.number(WaitableObjectNative.exitCode(key), "GetExitCodeProcess", this);
    }

    /** Lets nobody begin to wait for it. Closing twice is harmless. */
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

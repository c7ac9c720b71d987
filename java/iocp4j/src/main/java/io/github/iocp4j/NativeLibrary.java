package io.github.iocp4j;

import java.util.concurrent.locks.ReentrantLock;

/**
 * {@code iocp4j.dll} in this process: loaded when it is first needed, once, and remembered when that failed.
 */
final class NativeLibrary {
    private static final NativeLibrary OWN = new NativeLibrary(new NativeLibrarySearch(NativeHost.JVM));

    private final NativeLibrarySearch search;
    /** Not {@code synchronized}, so that a virtual thread leaves its carrier while another thread loads. */
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean loaded;
    private NativeLibraryError failure;

    NativeLibrary(final NativeLibrarySearch search) {
        this.search = search;
    }

    /** Loads the library unless that is done, and throws the diagnosis when it cannot be done. */
    static void load() {
        OWN.loadOnce();
    }

    /** Whether the calls in {@link PortNative} and its like are bound. */
    static boolean isLoaded() {
        return OWN.loaded;
    }

    void loadOnce() {
        if (!loaded) {
            loadFirst();
        }
    }

    private void loadFirst() {
        lock.lock();
        try {
            loadUnlessTried();
        } finally {
            lock.unlock();
        }
    }

    private void loadUnlessTried() {
        if (failure != null) {
            // A new error, so that its stack trace tells who asks now; the cause tells who asked first.
            throw new NativeLibraryError(failure.getMessage(), failure);
        }
        if (loaded) {
            return;
        }
        try {
            search.load();
        } catch (final NativeLibraryError error) {
            failure = error;
            throw error;
        }
        loaded = true;
    }
}

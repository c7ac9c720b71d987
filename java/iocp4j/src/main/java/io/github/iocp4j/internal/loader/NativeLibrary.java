package io.github.iocp4j.internal.loader;

import io.github.iocp4j.NativeLibraryError;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.PortNative;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.locks.ReentrantLock;

/**
 * {@code iocp4j.dll} in this process, loaded once at the first use. A failure is remembered.
 */
public final class NativeLibrary {
    private static final NativeLibrary OWN = new NativeLibrary(new NativeLibrarySearch(NativeHost.JVM));

    private final NativeLibrarySearch search;
    /** A lock instead of {@code synchronized}, so that a virtual thread parks while another thread loads. */
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean loaded;
    private NativeLibraryError failure;

    public NativeLibrary(final NativeLibrarySearch search) {
        this.search = search;
    }

    /**
     * Loads the library if it is not loaded; throws the diagnosis if that fails. Every object with native code begins
     * with this call, and further calls make no checks: therefore a security manager must permit the caller to load it.
     */
    public static void load() {
        final SecurityManager manager = System.getSecurityManager();
        if (manager != null) {
            manager.checkLink("iocp4j");
        }
        OWN.loadOnce();
    }

    /**
     * Binds the native methods of a class, which calls this when it is initialized: a program pays only for the classes
     * that it needs.
     */
    public static void bind(final Class<?> natives) {
        OWN.loadOnce();
        if (!PortNative.bind(natives, natives.getName().replace('.', '/'))) {
            throw new LinkageError(NativeLibrarySearch.FILE_NAME + " has no methods for " + natives.getName());
        }
    }

    /** Whether the native methods are bound. */
    public static boolean isLoaded() {
        return OWN.loaded;
    }

    public void loadOnce() {
        if (loaded) {
            return;
        }
        if (System.getSecurityManager() == null) {
            loadFirst();
        } else {
            // Files and properties of the search are not those of the caller.
            AccessController.doPrivileged((PrivilegedAction<Void>) () -> {
                loadFirst();
                return null;
            });
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
            // A new error has the stack trace of this caller; its cause has that of the first caller.
            throw PortAccess.get().libraryError(failure.getMessage(), failure);
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

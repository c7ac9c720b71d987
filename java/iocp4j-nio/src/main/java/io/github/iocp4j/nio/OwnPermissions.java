package io.github.iocp4j.nio;

import java.security.AccessControlContext;
import java.security.AccessController;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.security.ProtectionDomain;

/**
 * What this library does with its own permissions, whatever those of its callers are. Only a program with a security
 * manager knows the difference. What a caller asks for is checked by {@link CallerPermissions} before.
 */
final class OwnPermissions {
    private static final AccessControlContext NONE =
            new AccessControlContext(new ProtectionDomain[] {new ProtectionDomain(null, null)});

    private OwnPermissions() {
    }

    /** Calls an action that does nothing but what the library itself needs. */
    static <T, E extends Exception> T call(final Action<T, E> action) throws E {
        if (System.getSecurityManager() == null) {
            return action.run();
        }
        try {
            return AccessController.doPrivileged(action);
        } catch (final PrivilegedActionException failed) {
            @SuppressWarnings("unchecked")
            final E failure = (E) failed.getException();
            throw failure;
        }
    }

    /**
     * Makes a daemon thread that keeps nothing of the calling one. It has no permissions, because it calls handlers,
     * and these must not have those of the library.
     */
    static Thread newThread(final Runnable body, final String name) {
        final Action<Thread, RuntimeException> create = () -> new Thread(null, body, name, 0, false);
        final Thread thread = System.getSecurityManager() == null ? create.run() : withoutPermissions(create);
        return call(() -> {
            thread.setDaemon(true);
            thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
            return thread;
        });
    }

    private static Thread withoutPermissions(final Action<Thread, RuntimeException> create) {
        try {
            return AccessController.doPrivileged(create, NONE);
        } catch (final PrivilegedActionException impossible) {
            throw new AssertionError("The action throws no checked exception", impossible);
        }
    }

    /** An action that throws one kind of checked exceptions. */
    interface Action<T, E extends Exception> extends PrivilegedExceptionAction<T> {
        @Override
        T run() throws E;
    }
}

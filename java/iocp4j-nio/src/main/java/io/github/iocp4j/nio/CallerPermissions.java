package io.github.iocp4j.nio;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.AccessControlContext;
import java.security.AccessController;
import java.security.PrivilegedAction;

/**
 * The checks of a program's security manager. For sockets and files they are those of the JDK's channels. For pipes,
 * and for ports of this library, the caller must be permitted to load the native library.
 */
final class CallerPermissions {
    private static final int ANY_PORT = -1;

    private CallerPermissions() {
    }

    /** The permissions of the calling thread, for a check on another thread; null without a security manager. */
    static AccessControlContext context() {
        return System.getSecurityManager() == null ? null : AccessController.getContext();
    }

    static void checkListen(final InetSocketAddress local) {
        final SecurityManager manager = System.getSecurityManager();
        if (manager != null) {
            manager.checkListen(local.getPort());
        }
    }

    static void checkConnect(final InetSocketAddress remote) {
        final SecurityManager manager = System.getSecurityManager();
        if (manager != null) {
            manager.checkConnect(remote.getAddress().getHostAddress(), remote.getPort());
        }
    }

    /** Checks whether the thread that has started an accept may have a connection with that peer. */
    static void checkAccept(final InetSocketAddress peer, final AccessControlContext caller) {
        final SecurityManager manager = System.getSecurityManager();
        if (manager != null) {
            AccessController.doPrivileged((PrivilegedAction<Void>) () -> {
                manager.checkAccept(peer.getAddress().getHostAddress(), peer.getPort());
                return null;
            }, caller);
        }
    }

    static void checkFile(final Path file, final boolean read, final boolean write, final boolean delete) {
        final SecurityManager manager = System.getSecurityManager();
        if (manager == null) {
            return;
        }
        final String name = file.toString();
        if (read) {
            manager.checkRead(name);
        }
        if (write) {
            manager.checkWrite(name);
        }
        if (delete) {
            manager.checkDelete(name);
        }
    }

    /** Checks whether the caller may have what this library gives without checks of its own. */
    static void checkNative() {
        final SecurityManager manager = System.getSecurityManager();
        if (manager != null) {
            manager.checkLink("iocp4j");
        }
    }

    /** A local address for the caller: without that of the machine, unless the caller may connect to it. */
    static SocketAddress revealed(final SocketAddress local) {
        final SecurityManager manager = System.getSecurityManager();
        if (manager == null || !(local instanceof InetSocketAddress)) {
            return local;
        }
        try {
            manager.checkConnect(((InetSocketAddress) local).getAddress().getHostAddress(), ANY_PORT);
            return local;
        } catch (final SecurityException refused) {
            return loopback(local);
        }
    }

    /** A local address for a text, which anybody may read: with a security manager, without that of the machine. */
    static SocketAddress revealedToAll(final SocketAddress local) {
        return System.getSecurityManager() == null || !(local instanceof InetSocketAddress) ? local : loopback(local);
    }

    private static SocketAddress loopback(final SocketAddress local) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), ((InetSocketAddress) local).getPort());
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import java.util.concurrent.locks.ReentrantLock;

/** The port of the process, for streams and sockets without a port of their own. */
final class SharedPort {
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static volatile CompletionPort port;

    private SharedPort() {
    }

    static CompletionPort get() throws Win32Exception {
        CallerPermissions.checkNative();
        final CompletionPort known = port;
        return known != null && known.isOpen() ? known : open();
    }

    private static CompletionPort open() throws Win32Exception {
        LOCK.lock();
        try {
            if (port == null || !port.isOpen()) {
                port = OwnPermissions.call(SharedPort::openWithoutContext);
            }
            return port;
        } finally {
            LOCK.unlock();
        }
    }

    /** The workers outlive the thread that comes first, and keep nothing of it alive. */
    private static CompletionPort openWithoutContext() throws Win32Exception {
        final Thread thread = Thread.currentThread();
        final ClassLoader context = thread.getContextClassLoader();
        thread.setContextClassLoader(SharedPort.class.getClassLoader());
        try {
            return CompletionPort.builder(Streams.listener()).name("iocp4j-nio").open();
        } finally {
            thread.setContextClassLoader(context);
        }
    }
}

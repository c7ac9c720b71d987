package io.github.iocp4j.nio;

import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The group of channels that are opened without one, with the properties that {@link AsynchronousChannelGroup}
 * documents. It is opened when it is first needed, and never shut down; if it has failed, another one is opened. The
 * file channels without an executor of their own belong to it, too.
 */
final class DefaultGroup {
    private static final String THREAD_FACTORY = "java.nio.channels.DefaultThreadPool.threadFactory";
    private static final String INITIAL_SIZE = "java.nio.channels.DefaultThreadPool.initialSize";
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static volatile ChannelGroup group;

    private DefaultGroup() {
    }

    /** The provider is that of the group if this call opens it. */
    static ChannelGroup get(final Supplier<AsynchronousChannelProvider> provider) throws IOException {
        final ChannelGroup known = group;
        return isUsable(known) ? known : open(provider);
    }

    private static ChannelGroup open(final Supplier<AsynchronousChannelProvider> provider) throws IOException {
        LOCK.lock();
        try {
            if (!isUsable(group)) {
                final int initialSize = initialSize();
                group = ChannelGroup.handingOver(
                        provider.get(), Executors.newCachedThreadPool(threadFactory()), initialSize);
            }
            return group;
        } finally {
            LOCK.unlock();
        }
    }

    /** A group ends early when its port is lost, or when it lacks threads or memory to poll. */
    private static boolean isUsable(final ChannelGroup known) {
        return known != null && known.port().isOpen();
    }

    private static int initialSize() {
        final String text = OwnPermissions.call(() -> System.getProperty(INITIAL_SIZE));
        try {
            return text == null ? -1 : Integer.parseInt(text);
        } catch (final NumberFormatException malformed) {
            throw new Error("The value of the property " + INITIAL_SIZE + " is not a number", malformed);
        }
    }

    private static ThreadFactory threadFactory() {
        final String name = OwnPermissions.call(() -> System.getProperty(THREAD_FACTORY));
        if (name == null) {
            return DefaultGroup::thread;
        }
        try {
            return (ThreadFactory) Class.forName(name, true, ClassLoader.getSystemClassLoader())
                    .getConstructor().newInstance();
        } catch (final ReflectiveOperationException | ClassCastException wrong) {
            throw new Error("The value of the property " + THREAD_FACTORY + " is not the name of a public ThreadFactory"
                    + " with a public constructor without parameters", wrong);
        }
    }

    private static Thread thread(final Runnable body) {
        return OwnPermissions.newThread(body, "iocp4j-nio-handler-" + THREADS.getAndIncrement());
    }
}

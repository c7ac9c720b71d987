package io.github.iocp4j.nio;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;

/** Makes threads, and knows all that it has made. */
final class RecordedThreads implements ThreadFactory {
    final Set<Thread> made = ConcurrentHashMap.newKeySet();

    @Override
    public Thread newThread(final Runnable body) {
        final Thread thread = new Thread(body);
        made.add(thread);
        return thread;
    }
}

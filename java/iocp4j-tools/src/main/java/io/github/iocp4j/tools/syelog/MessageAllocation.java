package io.github.iocp4j.tools.syelog;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * The Java heap that one worker allocates for messages. Only whole runs of messages count, during which the worker has
 * handled nothing else: a connection needs memory, and so do the classes that the first messages load.
 */
final class MessageAllocation {
    static final int RUN = 256;

    private static final int NONE = -1;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean() instanceof ThreadMXBean
            ? (ThreadMXBean) ManagementFactory.getThreadMXBean() : null;

    private int inRun;
    private long begin = NONE;
    private volatile long messages;
    private volatile long bytes;

    /** Counts a message, on the worker's own thread. */
    void message() {
        inRun++;
        if (inRun == RUN) {
            endRun();
        }
    }

    /** Ends a run that does not count: the worker has handled something else than a message. */
    void interrupt() {
        inRun = 0;
        begin = NONE;
    }

    private void endRun() {
        final long now = allocated();
        // The call itself allocates, which the next call shows.
        final long next = allocated();
        if (begin != NONE && now != NONE) {
            bytes += now - begin - (next - now);
            messages += RUN;
        }
        begin = next;
        inRun = 0;
    }

    /** Bytes for each message in the runs that count; -1 if there was none, or if this JVM does not count them. */
    static double perMessage(final List<MessageAllocation> workers) {
        final long messages = workers.stream().mapToLong(worker -> worker.messages).sum();
        return messages == 0 ? NONE : (double) workers.stream().mapToLong(worker -> worker.bytes).sum() / messages;
    }

    private static long allocated() {
        return THREADS == null ? NONE : THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}

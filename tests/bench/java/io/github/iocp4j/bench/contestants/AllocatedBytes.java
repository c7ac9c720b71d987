package io.github.iocp4j.bench.contestants;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** The allocations of the working threads on the Java heap. */
final class AllocatedBytes {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocatedBytes() {
    }

    static long ofThisThread() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    /** The sum for all live threads except the calling one. */
    static long ofOtherThreads() {
        final long self = Thread.currentThread().getId();
        final long[] ids = THREADS.getAllThreadIds();
        final long[] allocated = THREADS.getThreadAllocatedBytes(ids);
        long sum = 0;
        for (int i = 0; i < ids.length; i++) {
            // -1 for a thread that has just ended.
            sum += ids[i] == self ? 0 : Math.max(allocated[i], 0);
        }
        return sum;
    }
}

package io.github.iocp4j;

import java.lang.ref.WeakReference;
import java.util.List;

/** What is still kept by somebody, and what is not. */
final class Garbage {
    private Garbage() {
    }

    /** Gives the JVM every occasion to collect. */
    static void collect() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(10);
        }
    }

    /** Collecting is the JVM's affair: it is asked until it has done so, or the test's timeout ends that. */
    static <T> void awaitCollected(final List<WeakReference<T>> references) throws InterruptedException {
        while (references.stream().anyMatch(reference -> reference.get() != null)) {
            collect();
        }
    }
}

package io.github.iocp4j.tools.copy;

import java.util.concurrent.atomic.LongAdder;

/** What has been done so far, counted by many threads. */
final class Progress {
    private final LongAdder bytes = new LongAdder();
    private final LongAdder files = new LongAdder();

    void add(final long more) {
        bytes.add(more);
    }

    void fileDone() {
        files.increment();
    }

    long bytes() {
        return bytes.sum();
    }

    long files() {
        return files.sum();
    }
}

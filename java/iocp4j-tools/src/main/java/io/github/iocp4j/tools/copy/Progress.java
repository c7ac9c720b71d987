package io.github.iocp4j.tools.copy;

import java.util.concurrent.atomic.LongAdder;

/** The progress so far, which several threads count. */
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

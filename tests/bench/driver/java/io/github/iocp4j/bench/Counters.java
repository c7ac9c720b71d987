package io.github.iocp4j.bench;

/** What a contestant in Java counts from its start on. */
final class Counters {
    private final long allocated;
    private final long upcalls;
    private final long completions;

    Counters(final long allocated, final long upcalls, final long completions) {
        this.allocated = allocated;
        this.upcalls = upcalls;
        this.completions = completions;
    }

    Counters since(final Counters before) {
        return new Counters(
                allocated - before.allocated, upcalls - before.upcalls, completions - before.completions);
    }

    /** Bytes on the Java heap. */
    long allocated() {
        return allocated;
    }

    long upcalls() {
        return upcalls;
    }

    long completions() {
        return completions;
    }
}

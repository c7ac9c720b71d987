package io.github.iocp4j.bench;

/** The counters of a contestant in Java since its start. */
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

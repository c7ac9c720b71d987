package io.github.iocp4j;

import java.time.Duration;
import java.util.Objects;

/** Converts durations to Win32 timeouts. */
final class Timeouts {
    /** In a native call, an operation without a deadline. */
    static final int NO_DEADLINE = -1;

    private Timeouts() {
    }

    /** Checks the deadline of an operation. */
    static int checkDeadline(final int milliseconds) {
        if (milliseconds < 1) {
            throw new IllegalArgumentException(
                    "A deadline lies at least 1 ms ahead, not " + milliseconds + "; omit it for none");
        }
        return milliseconds;
    }

    /** Whole milliseconds, rounded up; durations beyond 24 days count as 24 days. */
    static int milliseconds(final Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("A timeout cannot be negative: " + timeout);
        }
        if (timeout.getSeconds() >= Integer.MAX_VALUE / 1000) {
            return Integer.MAX_VALUE;
        }
        return (int) timeout.plusNanos(999_999).toMillis();
    }
}

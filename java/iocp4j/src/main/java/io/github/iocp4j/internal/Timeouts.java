package io.github.iocp4j.internal;

import java.time.Duration;
import java.util.Objects;

/** Converts durations to Win32 timeouts. */
public final class Timeouts {
    /** In a native call, an operation without a deadline. */
    public static final int NO_DEADLINE = -1;

    private Timeouts() {
    }

    /** The deadline of an operation, in milliseconds. */
    public static int deadline(final Duration timeout) {
        final int milliseconds = milliseconds(timeout);
        if (milliseconds == 0) {
            throw new IllegalArgumentException(
                    "The timeout must be more than zero: for no deadline, call the method without a timeout");
        }
        return milliseconds;
    }

    /** Whole milliseconds, rounded up; durations beyond 24 days count as 24 days. */
    public static int milliseconds(final Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("A timeout cannot be negative: " + timeout);
        }
        if (timeout.getSeconds() >= Integer.MAX_VALUE / 1000) {
            return Integer.MAX_VALUE;
        }
        // No object is made of it: operations that have a deadline make none.
        return (int) (timeout.getSeconds() * 1000 + (timeout.getNano() + 999_999) / 1_000_000);
    }
}

package io.github.iocp4j.tools.syelog;

import java.time.LocalDate;
import java.time.ZoneOffset;

/** The {@code FILETIME} of Windows: 100 ns since the beginning of 1601, UTC. */
final class FileTimes {
    private static final long TICKS_PER_MILLI = 10_000;
    private static final long MILLIS_TO_1970 = -LocalDate.of(1601, 1, 1).atStartOfDay().toInstant(ZoneOffset.UTC)
            .toEpochMilli();

    // A day within the range of four-digit years, so that the year has four digits in every time zone.
    private static final long EARLIEST = of(1601, 1, 2);
    private static final long LATEST = of(9999, 12, 31);

    private FileTimes() {
    }

    static long now() {
        return fromEpochMilli(System.currentTimeMillis());
    }

    static long fromEpochMilli(final long millis) {
        return (millis + MILLIS_TO_1970) * TICKS_PER_MILLI;
    }

    static long toEpochMilli(final long fileTime) {
        return fileTime / TICKS_PER_MILLI - MILLIS_TO_1970;
    }

    static long millisBetween(final long earlier, final long later) {
        return (later - earlier) / TICKS_PER_MILLI;
    }

    /** Whether it is a time between the years 1601 and 9999. */
    static boolean isSane(final long fileTime) {
        return fileTime >= EARLIEST && fileTime < LATEST;
    }

    private static long of(final int year, final int month, final int day) {
        return fromEpochMilli(LocalDate.of(year, month, day).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli());
    }
}

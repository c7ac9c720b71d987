package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.tools.terminal.Digits;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;

/**
 * Local time as {@code yyyymmddhhmmssmmm}.
 *
 * <p>Caches the text of the last few seconds. It caches several, because messages wait in different pipes for different
 * times, so that their seconds go back and forth. A new day allocates an object, a new second does not.
 */
final class LocalTimeColumn implements TimeColumn {
    static final int WIDTH = 17;

    private static final int SECONDS = 64;
    private static final int PREFIX_LENGTH = WIDTH - 3;
    private static final int DATE_LENGTH = 8;
    private static final long SECONDS_PER_DAY = 86_400;

    private final UtcOffset offset;
    private final long[] seconds = new long[SECONDS];
    private final byte[] prefixes = new byte[SECONDS * PREFIX_LENGTH];
    private final byte[] date = new byte[DATE_LENGTH];
    private long day = Long.MIN_VALUE;

    LocalTimeColumn(final ZoneId zone) {
        offset = new UtcOffset(zone);
        Arrays.fill(seconds, Long.MIN_VALUE);
    }

    @Override
    public int put(final long fileTime, final byte[] into, final int at) {
        final long millis = FileTimes.toEpochMilli(fileTime);
        final long second = Math.floorDiv(millis, 1000L);
        System.arraycopy(prefixes, prefix(second), into, at, PREFIX_LENGTH);
        return Digits.put(Math.floorMod(millis, 1000L), 3, '0', into, at + PREFIX_LENGTH);
    }

    private int prefix(final long second) {
        final int slot = (int) second & SECONDS - 1;
        final int start = slot * PREFIX_LENGTH;
        if (seconds[slot] != second) {
            final long local = second + offset.at(second);
            final long time = Math.floorMod(local, SECONDS_PER_DAY);
            System.arraycopy(dateOf(Math.floorDiv(local, SECONDS_PER_DAY)), 0, prefixes, start, DATE_LENGTH);
            int end = Digits.put(time / 3600, 2, '0', prefixes, start + DATE_LENGTH);
            end = Digits.put(time / 60 % 60, 2, '0', prefixes, end);
            Digits.put(time % 60, 2, '0', prefixes, end);
            seconds[slot] = second;
        }
        return start;
    }

    private byte[] dateOf(final long epochDay) {
        if (day != epochDay) {
            final LocalDate then = LocalDate.ofEpochDay(epochDay);
            int end = Digits.put(then.getYear(), 4, '0', date, 0);
            end = Digits.put(then.getMonthValue(), 2, '0', date, end);
            Digits.put(then.getDayOfMonth(), 2, '0', date, end);
            day = epochDay;
        }
        return date;
    }
}

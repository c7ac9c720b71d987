package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.tools.terminal.Digits;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;

/**
 * Local time as {@code yyyymmddhhmmssmmm}.
 *
 * <p>Keeps what it has worked out for the last seconds it was asked for. More than one, because the clients' messages
 * lie in different pipes for different times, and the seconds that they tell go back and forth.
 */
final class LocalTimeColumn implements TimeColumn {
    static final int WIDTH = 17;

    private static final int SECONDS = 64;
    private static final int PREFIX_LENGTH = WIDTH - 3;

    private final ZoneId zone;
    private final long[] seconds = new long[SECONDS];
    private final byte[] prefixes = new byte[SECONDS * PREFIX_LENGTH];

    LocalTimeColumn(final ZoneId zone) {
        this.zone = zone;
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
            final LocalDateTime time = LocalDateTime.ofInstant(Instant.ofEpochSecond(second), zone);
            int end = Digits.put(time.getYear(), 4, '0', prefixes, start);
            end = Digits.put(time.getMonthValue(), 2, '0', prefixes, end);
            end = Digits.put(time.getDayOfMonth(), 2, '0', prefixes, end);
            end = Digits.put(time.getHour(), 2, '0', prefixes, end);
            end = Digits.put(time.getMinute(), 2, '0', prefixes, end);
            Digits.put(time.getSecond(), 2, '0', prefixes, end);
            seconds[slot] = second;
        }
        return start;
    }
}

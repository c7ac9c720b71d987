package io.github.iocp4j.tools.monitor;

import java.util.Locale;

/** Formats numbers and names for people. */
final class Words {
    private static final String UNITS = "kMGTPE";
    private static final int STEP = 1000;
    private static final int PLAIN = 100_000;
    private static final int MILLIS = 1000;
    private static final int MINUTE = 60;

    private Words() {
    }

    /** As in {@code in-listener}. */
    static String of(final Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** At most six characters: {@code 99999}, {@code 123k}, {@code 1.5M}. */
    static String amount(final double number) {
        if (number < PLAIN) {
            return String.format(Locale.ROOT, "%.0f", number);
        }
        double value = number;
        int unit = -1;
        while (value >= STEP && unit < UNITS.length() - 1) {
            value /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 ? "%.1f%c" : "%.0f%c", value, UNITS.charAt(unit));
    }

    /** {@code 12.3 s} or {@code 75:02} minutes. */
    static String time(final long millis) {
        final long seconds = millis / MILLIS;
        return seconds < MINUTE ? String.format(Locale.ROOT, "%.1f s", millis / (double) MILLIS)
                : String.format(Locale.ROOT, "%d:%02d", seconds / MINUTE, seconds % MINUTE);
    }
}

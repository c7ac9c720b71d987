package io.github.iocp4j.tools.copy;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers of bytes as people write them: {@code 4096}, {@code 64K}, {@code 1M}. */
final class ByteSize implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})([KMG]?)", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "KMGTPE";
    private static final int STEP = 1024;

    @Override
    public Long convert(final String text) {
        final Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new TypeConversionException("'" + text + "' is not a size such as 65536, 64K or 1M");
        }
        long bytes = Long.parseLong(size.group(1));
        for (int i = UNITS.indexOf(size.group(2).toUpperCase(Locale.ROOT)); !size.group(2).isEmpty() && i >= 0; i--) {
            bytes *= STEP;
        }
        return bytes;
    }

    /** With a unit, and two or three digits: {@code 999 B}, {@code 1.5 KiB}, {@code 12 MiB}. */
    static String text(final double bytes) {
        double value = bytes;
        int unit = -1;
        while (value >= STEP && unit < UNITS.length() - 1) {
            value /= STEP;
            unit++;
        }
        if (unit < 0) {
            return String.format(Locale.ROOT, "%.0f B", value);
        }
        return String.format(Locale.ROOT, value < 10 ? "%.1f %ciB" : "%.0f %ciB", value, UNITS.charAt(unit));
    }
}

package io.github.iocp4j.tools.terminal;

/** Writes numbers as ASCII, without allocation. */
public final class Digits {
    /** The most digits of a long, with its sign. */
    public static final int MAX_WIDTH = 20;

    private Digits() {
    }

    /**
     * Writes a decimal number, right-justified.
     *
     * @param number any number
     * @param width the minimum number of characters
     * @param padding precedes a shorter number
     * @param into where to write
     * @param at the position of the first character
     * @return the position after the last digit
     */
    public static int put(
            final long number, final int width, final char padding, final byte[] into, final int at) {
        final int end = at + Math.max(width, length(number));
        int position = end;
        long rest = number;
        do {
            into[--position] = (byte) ('0' + Math.abs(rest % 10));
            rest /= 10;
        } while (rest != 0);
        if (number < 0) {
            into[--position] = '-';
        }
        while (position > at) {
            into[--position] = (byte) padding;
        }
        return end;
    }

    /**
     * Writes the two hexadecimal digits of a byte.
     *
     * @param number its low eight bits are written
     * @param into where to write
     * @param at the position of the first digit
     * @return the position after the last digit
     */
    public static int putHex(final int number, final byte[] into, final int at) {
        into[at] = (byte) Character.forDigit(number >> 4 & 0xf, 16);
        into[at + 1] = (byte) Character.forDigit(number & 0xf, 16);
        return at + 2;
    }

    private static int length(final long number) {
        int length = number < 0 ? 2 : 1;
        for (long rest = number / 10; rest != 0; rest /= 10) {
            length++;
        }
        return length;
    }
}

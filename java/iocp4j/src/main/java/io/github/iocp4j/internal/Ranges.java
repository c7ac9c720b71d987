package io.github.iocp4j.internal;

/** Checks callers' numbers. */
public final class Ranges {
    private Ranges() {
    }

    public static int inRange(final String what, final int value, final int least, final int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " is " + value + ", but must be from " + least + " to " + most);
        }
        return value;
    }
}

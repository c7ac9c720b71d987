package io.github.iocp4j.tools.syelog;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A name for one byte of a message. */
interface Coded {
    String name();

    int code();

    /** Parses a code: a name, in any case, or hexadecimal digits with or without 0x. */
    static <C extends Coded> int parse(final C[] known, final String text) {
        for (final C constant : known) {
            if (constant.name().equalsIgnoreCase(text)) {
                return constant.code();
            }
        }
        final String digits = text.toLowerCase(Locale.ROOT).startsWith("0x") ? text.substring(2) : text;
        if (digits.matches("[0-9A-Fa-f]{1,2}")) {
            return Integer.parseInt(digits, 16);
        }
        throw new IllegalArgumentException("\"" + text + "\" is neither one of " + names(known)
                + " nor a hexadecimal number up to ff");
    }

    static String names(final Coded[] known) {
        return Arrays.stream(known).map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }
}

package io.github.iocp4j.tools.serial;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** How a line ends on the wire. */
enum Newline {
    LF("\n"),
    CR("\r"),
    CRLF("\r\n");

    private final byte[] bytes;

    Newline(final String text) {
        bytes = text.getBytes(StandardCharsets.US_ASCII);
    }

    static Newline parse(final String name) {
        for (final Newline newline : values()) {
            if (newline.name().equals(name.toUpperCase(Locale.ROOT))) {
                return newline;
            }
        }
        throw new IllegalArgumentException("--newline is " + name + ", but must be lf, cr or crlf");
    }

    byte[] bytes() {
        return bytes;
    }
}

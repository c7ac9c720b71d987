package io.github.iocp4j.tools.syelog;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads lines as bytes, in any encoding, and keeps at most as much of a line as fits into a message. */
final class LineReader {
    private final InputStream input;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    LineReader(final InputStream input) {
        this.input = new BufferedInputStream(input);
    }

    /** Whether a byte is at hand; false if this is unknown, because not every kind of input can be queried. */
    boolean isReady() {
        try {
            return input.available() > 0;
        } catch (final IOException unknown) {
            return false;
        }
    }

    /** The next line without its end, or null when there is none. */
    byte[] next() throws IOException {
        int b = input.read();
        if (b < 0) {
            return null;
        }
        line.reset();
        while (b >= 0 && b != '\n') {
            if (line.size() < SyelogMessage.MAX_LENGTH) {
                line.write(b);
            }
            b = input.read();
        }
        return line.toByteArray();
    }
}

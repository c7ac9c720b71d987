package io.github.iocp4j.tools.serial;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of another stream with each line feed replaced. */
final class NewlineInputStream extends InputStream {
    private final InputStream lines;
    private final byte[] newline;
    private final byte[] raw = new byte[8_192];
    private byte[] ready = {};
    private int next;

    NewlineInputStream(final InputStream lines, final Newline newline) {
        this.lines = lines;
        this.newline = newline.bytes();
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(final byte[] to, final int offset, final int length) throws IOException {
        if (next == ready.length && !refill()) {
            return -1;
        }
        final int count = Math.min(length, ready.length - next);
        System.arraycopy(ready, next, to, offset, count);
        next += count;
        return count;
    }

    private boolean refill() throws IOException {
        final int count = lines.read(raw);
        final ByteArrayOutputStream replaced = new ByteArrayOutputStream(raw.length);
        for (int i = 0; i < count; i++) {
            if (raw[i] == '\n') {
                replaced.write(newline, 0, newline.length);
            } else {
                replaced.write(raw[i]);
            }
        }
        ready = replaced.toByteArray();
        next = 0;
        return count >= 0;
    }
}

package io.github.iocp4j.tools.terminal;

import java.nio.ByteBuffer;

/** Recognizes well-formed UTF-8, by the table of the Unicode standard (chapter 3, table 3-7). */
final class Utf8 {
    private Utf8() {
    }

    /** The length, from 1 to 4, of the well-formed character that begins with the byte at that position, or -1. */
    static int characterLength(final ByteBuffer bytes, final int at, final int end) {
        final int first = bytes.get(at) & 0xff;
        if (first < 0x80) {
            return 1;
        }
        final int length = first < 0xc2 ? -1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : -1;
        if (length < 0 || at + length > end) {
            return -1;
        }
        // The second byte's range excludes over-long forms, surrogates and code points above U+10FFFF.
        final int second = bytes.get(at + 1) & 0xff;
        final int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        final int most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > most) {
            return -1;
        }
        for (int i = 2; i < length; i++) {
            if ((bytes.get(at + i) & 0xc0) != 0x80) {
                return -1;
            }
        }
        return length;
    }

    /** The code point of a well-formed character of that length. */
    static int codePoint(final ByteBuffer bytes, final int at, final int length) {
        if (length == 1) {
            return bytes.get(at);
        }
        int point = bytes.get(at) & 0x7f >> length;
        for (int i = 1; i < length; i++) {
            point = point << 6 | bytes.get(at + i) & 0x3f;
        }
        return point;
    }
}

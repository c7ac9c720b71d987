package io.github.iocp4j.internal.loader;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Reads the headers of a 64-bit DLL in the PE format. */
final class PeImage {
    private static final int OPTIONAL_HEADER = 24; // from the signature on
    private static final int DIRECTORIES = OPTIONAL_HEADER + 112;
    private static final int EXPORTS = 0;
    private static final int IMPORTS = 1;
    private static final int RESOURCES = 2;
    private static final int RELOCATIONS = 5;
    private static final int SECTION_LENGTH = 40;
    private static final int IMPORT_LENGTH = 20;
    private static final int VERSION_RESOURCE = 16;

    private final ByteBuffer file;
    private final int headers;

    PeImage(final byte[] content) {
        file = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        headers = file.getInt(0x3c);
        if (file.getInt(headers) != 0x4550 || u16(headers + OPTIONAL_HEADER) != 0x20b) {
            throw new IllegalArgumentException("not a 64-bit PE file");
        }
    }

    int machine() {
        return u16(headers + 4);
    }

    /** The time stamp, or the value that the linker writes in its place. */
    int timestamp() {
        return file.getInt(headers + 8);
    }

    /** The linker's major version: Microsoft's have long had two digits, GNU ld has one. */
    int linkerVersion() {
        return file.get(headers + OPTIONAL_HEADER + 2);
    }

    /** The flags IMAGE_DLLCHARACTERISTICS_... */
    int characteristics() {
        return u16(headers + OPTIONAL_HEADER + 70);
    }

    boolean hasRelocations() {
        return directory(RELOCATIONS) != 0 && file.getInt(headers + DIRECTORIES + 8 * RELOCATIONS + 4) > 0;
    }

    /** The names of exported functions. */
    TreeSet<String> exports() {
        final TreeSet<String> names = new TreeSet<>();
        final int table = at(directory(EXPORTS));
        final int count = file.getInt(table + 24);
        final int pointers = at(file.getInt(table + 32));
        for (int i = 0; i < count; i++) {
            names.add(ascii(at(file.getInt(pointers + 4 * i))));
        }
        return names;
    }

    /** How many functions are exported, with a name or without. */
    int exportCount() {
        return file.getInt(at(directory(EXPORTS)) + 20);
    }

    /** The names of the DLLs that it needs, in lower case. */
    TreeSet<String> imports() {
        final TreeSet<String> names = new TreeSet<>();
        for (int entry = at(directory(IMPORTS)); file.getInt(entry + 12) != 0; entry += IMPORT_LENGTH) {
            names.add(ascii(at(file.getInt(entry + 12))).toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /** The strings of the version resource, by name; empty without one. */
    Map<String, String> versionStrings() {
        final Map<String, String> strings = new HashMap<>();
        if (directory(RESOURCES) != 0) {
            final int root = at(directory(RESOURCES));
            final int type = child(root, root, VERSION_RESOURCE);
            if (type != 0) {
                final int language = child(root, child(root, type, -1), -1);
                readStrings(at(file.getInt(language)), file.getInt(language + 4), strings);
            }
        }
        return strings;
    }

    /** The four numbers of FILEVERSION. */
    List<Integer> fileVersion() {
        final int root = at(directory(RESOURCES));
        final int language = child(root, child(root, child(root, root, VERSION_RESOURCE), -1), -1);
        // After length, type and "VS_VERSION_INFO" comes VS_FIXEDFILEINFO: signature, its version, then ours.
        final int fixed = at(file.getInt(language)) + 40;
        return List.of(u16(fixed + 10), u16(fixed + 8), u16(fixed + 14), u16(fixed + 12));
    }

    /** A table's entry of that id, or its first for -1: another table, or data; 0 when there is none. */
    private int child(final int root, final int table, final int id) {
        final int entries = u16(table + 12) + u16(table + 14);
        for (int i = 0; i < entries; i++) {
            final int entry = table + 16 + 8 * i;
            if (id == -1 || file.getInt(entry) == id) {
                return root + (file.getInt(entry + 4) & 0x7fff_ffff);
            }
        }
        return 0;
    }

    /** Strings are blocks of | length 16 | characters of the value 16 | type 16 | name | value |, on 4 bytes each. */
    private void readStrings(final int start, final int length, final Map<String, String> strings) {
        for (int at = start; at + 6 < start + length; at += 4) {
            final int block = u16(at);
            final int characters = u16(at + 2);
            if (u16(at + 4) == 1 && characters > 0 && block <= start + length - at) {
                final String name = utf16(at + 6);
                final int value = at + (6 + 2 * (name.length() + 1) + 3) / 4 * 4;
                if (name.matches("[A-Z][A-Za-z]+") && value + 2 * characters <= at + block) {
                    strings.put(name, utf16(value));
                }
            }
        }
    }

    private int directory(final int index) {
        return file.getInt(headers + DIRECTORIES + 8 * index);
    }

    /** The file offset for an address in memory. */
    private int at(final int address) {
        final int sections = headers + OPTIONAL_HEADER + u16(headers + 20);
        final List<String> seen = new ArrayList<>();
        for (int i = 0; i < u16(headers + 6); i++) {
            final int section = sections + SECTION_LENGTH * i;
            final int from = file.getInt(section + 12);
            final int length = file.getInt(section + 16);
            if (address >= from && address < from + length) {
                return address - from + file.getInt(section + 20);
            }
            seen.add(Integer.toHexString(from));
        }
        throw new IllegalArgumentException(Integer.toHexString(address) + " is in none of the sections at " + seen);
    }

    private int u16(final int at) {
        return file.getShort(at) & 0xffff;
    }

    private String ascii(final int at) {
        int end = at;
        while (file.get(end) != 0) {
            end++;
        }
        return new String(file.array(), at, end - at, StandardCharsets.US_ASCII);
    }

    private String utf16(final int at) {
        int end = at;
        while (file.getShort(end) != 0) {
            end += 2;
        }
        return new String(file.array(), at, end - at, StandardCharsets.UTF_16LE);
    }
}

package io.github.iocp4j.internal.loader;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads the header of a DLL: whether the file is a DLL, for which processor, and its length. It is read when Windows
 * refuses to load the file, because Windows' message is in the user's language and may have several causes.
 */
public final class DllHeader {
    private static final int LONGEST = 4096;
    private static final int MZ = 0x5a4d;
    private static final int SIGNATURE_POSITION = 0x3c;
    private static final int PE = 0x0000_4550;
    private static final int X86 = 0x014c;
    private static final int X64 = 0x8664;
    private static final int ARM64 = 0xaa64;
    private static final int SECTION_LENGTH = 40;

    private DllHeader() {
    }

    /** Why no JVM for x64 can load the file, or null when its header has no flaw. */
    public static String flaw(final Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            final ByteBuffer header = ByteBuffer.allocate(LONGEST).order(ByteOrder.LITTLE_ENDIAN);
            while (header.hasRemaining() && channel.read(header) >= 0) {
                continue;
            }
            return flaw(header.flip(), channel.size());
        } catch (final IOException unreadable) {
            return null;
        } catch (final IllegalArgumentException | BufferUnderflowException | IndexOutOfBoundsException tooShort) {
            return "it is not a DLL, or it is damaged";
        }
    }

    private static String flaw(final ByteBuffer header, final long length) {
        if (Short.toUnsignedInt(header.getShort(0)) != MZ) {
            return "it is not a DLL";
        }
        header.position(header.getInt(SIGNATURE_POSITION));
        if (header.getInt() != PE) {
            return "it is not a 32-bit or 64-bit Windows DLL";
        }
        final int machine = Short.toUnsignedInt(header.getShort());
        if (machine != X64) {
            return "it is for " + name(machine) + ", but this JVM is for x64: use the one that belongs to the jar";
        }
        final long expected = end(header);
        return length < expected ? "it is truncated: " + length + " of " + expected + " bytes" : null;
    }

    /** The end of the last section; the buffer's position is behind the machine field. */
    private static long end(final ByteBuffer header) {
        final int sections = Short.toUnsignedInt(header.getShort());
        final int skipped = 3 * Integer.BYTES;
        final int optionalLength = Short.toUnsignedInt(header.getShort(header.position() + skipped));
        final int table = header.position() + skipped + 2 * Short.BYTES + optionalLength;
        long end = 0;
        for (int section = 0; section < sections; section++) {
            final int lengthAt = table + section * SECTION_LENGTH + 4 * Integer.BYTES;
            final long start = Integer.toUnsignedLong(header.getInt(lengthAt + Integer.BYTES));
            end = Math.max(end, start + Integer.toUnsignedLong(header.getInt(lengthAt)));
        }
        return end;
    }

    private static String name(final int machine) {
        switch (machine) {
            case X86:
                return "x86 (32 bits)";
            case ARM64:
                return "ARM64";
            default:
                return String.format("another processor (machine 0x%04x)", machine);
        }
    }
}

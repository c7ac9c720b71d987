package io.github.iocp4j.monitoring;

import io.github.iocp4j.PortSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A response of {@link MonitorProtocol}, written by hand, with a different value in each field. */
public final class MadeUpSnapshot {
    /** The port's name. */
    public static final String NAME = "made up \u202e \u001b[31m";
    /** The name of its one device. */
    public static final String DEVICE = "C:\\größer\n";
    /** How many completions have failed. */
    public static final long FAILURES = 7;
    /** The duration of each worker's activity. */
    public static final long MILLIS = 4321;

    static final int COUNTERS = 19;
    /** Where the number of counters stands. */
    static final int COUNTERS_AT = 8 + 8 + 8 + 1 + 1 + 2 + NAME.getBytes(StandardCharsets.UTF_8).length;

    private MadeUpSnapshot() {
    }

    /** The snapshot in {@link #answer}. */
    public static PortSnapshot snapshot() throws IOException {
        return MonitorProtocol.snapshot(ByteBuffer.wrap(answer()));
    }

    static long counter(final int index) {
        return index == 6 ? -1 : 1_000 + index;
    }

    static byte[] answer() throws IOException {
        final ByteArrayOutputStream answer = new ByteArrayOutputStream();
        final DataOutputStream out = new DataOutputStream(answer);
        out.writeInt(0x494f4341);
        out.writeShort(1);
        out.writeShort(0);
        out.writeLong(4711);
        out.writeLong(5_000_000_000L);
        out.writeByte(0);
        out.writeByte(1);
        text(out, NAME);
        out.writeByte(COUNTERS);
        for (int i = 0; i < COUNTERS; i++) {
            out.writeLong(counter(i));
        }
        out.writeByte(13);
        for (int i = 0; i < 13; i++) {
            out.writeLong(100 - i);
        }
        out.writeInt(2);
        out.writeInt(109);
        out.writeLong(3);
        out.writeInt(-1);
        out.writeLong(4);
        out.writeInt(2);
        out.writeByte(1);
        out.writeLong(MILLIS);
        out.writeByte(3);
        out.writeLong(MILLIS);
        out.writeInt(1);
        out.writeLong(0x100000002L);
        out.writeByte(2);
        out.writeByte(1);
        out.writeInt(9);
        out.writeLong(99);
        out.writeLong(90);
        out.writeLong(10);
        out.writeLong(123_456);
        text(out, DEVICE);
        return answer.toByteArray();
    }

    private static void text(final DataOutputStream out, final String text) throws IOException {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }
}

package io.github.iocp4j.monitoring;

import io.github.iocp4j.PortSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A fuzz target: a response is refused, or it is a snapshot that stays the same when it is written and read again. */
public final class MonitorProtocolFuzz {
    private static final int HEADER = 8;

    private MonitorProtocolFuzz() {
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(final byte[] data) throws IOException {
        final byte[] question = Arrays.copyOf(data, MonitorProtocol.REQUEST_LENGTH);
        MonitorProtocol.versionOf(ByteBuffer.wrap(question), data.length);
        final PortSnapshot snapshot;
        try {
            snapshot = MonitorProtocol.snapshot(ByteBuffer.wrap(data));
        } catch (final IOException refused) {
            return;
        }
        final byte[] again = written(snapshot, data);
        if (!Arrays.equals(again, written(MonitorProtocol.snapshot(ByteBuffer.wrap(again)), again))) {
            throw new AssertionError("it changes when it is written and read again");
        }
    }

    private static byte[] written(final PortSnapshot snapshot, final byte[] header) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(header, 0, HEADER);
        SnapshotCodec.write(snapshot, new DataOutputStream(out));
        return out.toByteArray();
    }
}

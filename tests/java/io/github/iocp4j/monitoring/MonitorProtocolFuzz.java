package io.github.iocp4j.monitoring;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A fuzzer's target: whatever comes as an answer is refused, or is figures that say the same when they are told on. */
public final class MonitorProtocolFuzz {
    private static final int HEADER = 8;

    private MonitorProtocolFuzz() {
    }

    /** What Jazzer calls. */
    public static void fuzzerTestOneInput(final byte[] data) throws IOException {
        final byte[] question = Arrays.copyOf(data, MonitorProtocol.QUESTION_LENGTH);
        MonitorProtocol.versionOf(ByteBuffer.wrap(question), data.length);
        final PortFigures figures;
        try {
            figures = MonitorProtocol.figures(ByteBuffer.wrap(data));
        } catch (final IOException refused) {
            return;
        }
        final byte[] again = written(figures, data);
        if (!Arrays.equals(again, written(MonitorProtocol.figures(ByteBuffer.wrap(again)), again))) {
            throw new AssertionError("it is told on as something else");
        }
    }

    private static byte[] written(final PortFigures figures, final byte[] header) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(header, 0, HEADER);
        ((Figures) figures).writeTo(new DataOutputStream(out));
        return out.toByteArray();
    }
}

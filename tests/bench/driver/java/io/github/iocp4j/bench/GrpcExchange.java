package io.github.iocp4j.bench;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Unary gRPC calls of the method {@code bench/ping} with a short message, as HTTP/2 frames. An answer ends with the
 * frame that ends its stream. The windows are so large that no answer waits for them, and the requests so short that
 * they do not wait, either.
 */
final class GrpcExchange implements Exchange {
    private static final int FRAME_HEADER = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int WINDOW_UPDATE = 8;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int LARGEST_WINDOW_INCREMENT = Integer.MAX_VALUE - 65_535;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CALL = call();
    /** A message of 16 bytes, after the flag that says that it is not compressed, and its length. */
    private static final byte[] MESSAGE = ByteBuffer.allocate(21).put((byte) 0).putInt(16).array();
    private static final int INPUT = 16_384 + FRAME_HEADER;

    private final ByteBuffer request = ByteBuffer.allocateDirect(512);
    private final ByteBuffer input = ByteBuffer.allocateDirect(INPUT);
    private int stream = -1;

    @Override
    public ByteBuffer request() {
        request.clear();
        if (stream < 0) {
            request.put(PREFACE);
            frame(SETTINGS, 0, 0);
            // The server sends its settings with the first answer, and takes the acknowledgement before.
            frame(SETTINGS, ACK, 0);
            frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(LARGEST_WINDOW_INCREMENT).array());
        }
        stream += 2;
        frame(HEADERS, END_HEADERS, stream, CALL);
        frame(DATA, END_STREAM, stream, MESSAGE);
        return request.flip();
    }

    @Override
    public ByteBuffer input() {
        return input;
    }

    @Override
    public boolean isAnswered() {
        boolean answered = false;
        input.flip();
        while (input.remaining() >= FRAME_HEADER) {
            final int start = input.position();
            final int length = input.getInt(start) >>> 8;
            if (input.remaining() < FRAME_HEADER + length) {
                break;
            }
            final int type = input.get(start + 3);
            final boolean ends = (input.get(start + 4) & END_STREAM) != 0;
            if (type > HEADERS && type != SETTINGS && type != WINDOW_UPDATE) {
                throw new IllegalStateException("A gRPC server sends a frame of the unexpected type " + type);
            }
            answered |= type <= HEADERS && ends;
            input.position(start + FRAME_HEADER + length);
        }
        input.compact();
        return answered;
    }

    private void frame(final int type, final int flags, final int of, final byte... payload) {
        request.putInt(payload.length << 8 | type).put((byte) flags).putInt(of).put(payload);
    }

    /** The headers of a call, encoded without tables that change, so that they are the same each time. */
    private static byte[] call() {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        // Entries of the static table: :method POST and :scheme http; and values for :path and :authority.
        out.write(0x83);
        out.write(0x86);
        out.write(0x04);
        literal(out, "/bench/ping");
        out.write(0x01);
        literal(out, "localhost");
        out.write(0x00);
        literal(out, "content-type");
        literal(out, "application/grpc");
        out.write(0x00);
        literal(out, "te");
        literal(out, "trailers");
        return out.toByteArray();
    }

    private static void literal(final ByteArrayOutputStream out, final String text) {
        out.write(text.length());
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}

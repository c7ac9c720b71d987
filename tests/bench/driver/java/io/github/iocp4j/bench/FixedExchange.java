package io.github.iocp4j.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** The request is always the same, and all answers have the same length. */
final class FixedExchange implements Exchange {
    private static final String GET = "GET /plaintext HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n";
    /** What NettyPlaintext answers. */
    private static final String HELLO =
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 13\r\n\r\nHello, World!";

    private final ByteBuffer request;
    private final ByteBuffer answer;

    private FixedExchange(final byte[] request, final int answer) {
        this.request = ByteBuffer.allocateDirect(request.length).put(request);
        this.answer = ByteBuffer.allocateDirect(answer);
    }

    /** Of an echo server: messages of that length. */
    static Supplier<Exchange> echo(final int length) {
        return () -> new FixedExchange(new byte[length], length);
    }

    /** Of a web server with a short text. */
    static Supplier<Exchange> http() {
        return () -> new FixedExchange(GET.getBytes(StandardCharsets.US_ASCII), HELLO.length());
    }

    @Override
    public ByteBuffer request() {
        return request.clear();
    }

    @Override
    public ByteBuffer input() {
        return answer;
    }

    @Override
    public boolean isAnswered() {
        if (answer.hasRemaining()) {
            return false;
        }
        answer.clear();
        return true;
    }
}

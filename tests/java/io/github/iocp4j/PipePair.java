package io.github.iocp4j;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Both ends of a connected pipe in this process, on one port. */
final class PipePair {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    final NamedPipe server;
    final NamedPipe client;

    private PipePair(final NamedPipe server, final NamedPipe client) {
        this.server = server;
        this.client = client;
    }

    /** A name for a pipe that nobody else has. */
    static String newName() {
        return "iocp4j-test-" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();
    }

    /** Connects; takes the ACCEPT completion from the recorder. */
    static PipePair open(final CompletionPort port, final Recorder recorder, final PipeMode mode) throws Exception {
        return open(port, mode, () -> (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device);
    }

    /** Connects, where the other end of the client comes in some other way. */
    static PipePair open(final CompletionPort port, final PipeMode mode, final Callable<NamedPipe> accept)
            throws Exception {
        final String name = newName();
        final NamedPipeServer server = NamedPipeServer.builder(port, name).mode(mode).listening(1).open();
        final NamedPipe client = NamedPipeClient.builder(port, name).mode(mode).connect();
        final NamedPipe accepted = accept.call();
        server.close();
        return new PipePair(accepted, client);
    }

    /** A direct buffer with that text from position to limit. */
    static ByteBuffer buffer(final String text) {
        final byte[] bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /** The text in the first bytes of a buffer. */
    static String text(final ByteBuffer buffer, final int bytes) {
        final byte[] copy = new byte[bytes];
        buffer.duplicate().clear().get(copy);
        return new String(copy, UTF_8);
    }
}

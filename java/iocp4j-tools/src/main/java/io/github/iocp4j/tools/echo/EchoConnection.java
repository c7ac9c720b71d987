package io.github.iocp4j.tools.echo;

import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.socket.StreamSocket;
import java.nio.ByteBuffer;

/** One client. Either a read or a write is in flight, so that only one thread handles it at a time. */
final class EchoConnection {
    private final StreamDevice device;
    private final ByteBuffer buffer;

    EchoConnection(final StreamDevice device, final ByteBuffer buffer) {
        this.device = device;
        this.buffer = buffer;
    }

    StreamDevice device() {
        return device;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    long read() {
        return device.read(buffer.clear(), 0);
    }

    long write(final int bytes) {
        return device.write(buffer.clear().limit(bytes), 0);
    }

    /** Whether an empty read is the end: a pipe client may write an empty message and continue. */
    boolean endsWithoutBytes() {
        return device instanceof StreamSocket;
    }
}

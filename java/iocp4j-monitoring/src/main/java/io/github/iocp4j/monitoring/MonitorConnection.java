package io.github.iocp4j.monitoring;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A client of a monitor. It has one operation in flight, a read of a request or a write of a response. */
final class MonitorConnection {
    private static final Duration REQUEST = Duration.ofMinutes(5);
    private static final Duration RESPONSE = Duration.ofSeconds(10);

    private final NamedPipe pipe;
    private final PortView port;
    private final ByteBuffer request = ByteBuffer.allocateDirect(MonitorProtocol.REQUEST_LENGTH);
    private ByteBuffer response = ByteBuffer.allocateDirect(0);

    MonitorConnection(final NamedPipe pipe, final PortView port) {
        this.pipe = pipe;
        this.port = port;
    }

    /** Waits for a request. */
    void readRequest() {
        pipe.read(request.clear(), REQUEST, 0);
    }

    /** Responds to a request, and waits for the next one when the response is written. */
    void goOn(final Opcode completed, final int status, final int bytes) throws IOException {
        if (status != Win32Error.SUCCESS) {
            throw new Win32Exception(completed.name(), status);
        }
        if (completed == Opcode.WRITE) {
            readRequest();
            return;
        }
        final int version = MonitorProtocol.versionOf(request, bytes);
        if (version < 0) {
            throw new IOException("malformed monitor request");
        }
        respond(MonitorProtocol.response(version, port));
    }

    void disconnect() {
        pipe.close();
    }

    private void respond(final byte[] message) {
        if (response.capacity() < message.length) {
            // With some room, because the next one may be a little longer.
            response = ByteBuffer.allocateDirect(message.length + message.length / 4);
        }
        pipe.write(response.clear().put(message).flip(), RESPONSE, 0);
    }
}

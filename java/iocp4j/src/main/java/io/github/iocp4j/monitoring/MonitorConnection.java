package io.github.iocp4j.monitoring;

import io.github.iocp4j.NamedPipe;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One client of a monitor. Either a read or a write is in flight. */
final class MonitorConnection {
    private static final int SILENCE_MILLIS = 5 * 60_000;
    private static final int ANSWER_MILLIS = 10_000;

    private final NamedPipe pipe;
    private final PortView port;
    private final ByteBuffer question = ByteBuffer.allocateDirect(MonitorProtocol.QUESTION_LENGTH);
    private ByteBuffer answer = ByteBuffer.allocateDirect(0);

    MonitorConnection(final NamedPipe pipe, final PortView port) {
        this.pipe = pipe;
        this.port = port;
    }

    /** Waits for a question. */
    void listen() {
        pipe.read(question, 0, question.capacity(), 0, SILENCE_MILLIS);
    }

    /** Answers what was asked, and listens when that has been heard. */
    void goOn(final Opcode completed, final int status, final int bytes) throws IOException {
        if (status != Win32Error.SUCCESS) {
            throw new Win32Exception(completed.name(), status);
        }
        if (completed == Opcode.WRITE) {
            listen();
            return;
        }
        final int version = MonitorProtocol.versionOf(question, bytes);
        if (version < 0) {
            throw new IOException("That is no question");
        }
        say(MonitorProtocol.answer(version, port));
    }

    void hangUp() {
        pipe.close();
    }

    private void say(final byte[] message) {
        if (answer.capacity() < message.length) {
            // With some room, because the next one may be a little longer.
            answer = ByteBuffer.allocateDirect(message.length + message.length / 4);
        }
        answer.clear().put(message);
        pipe.write(answer, 0, message.length, 0, ANSWER_MILLIS);
    }
}

package io.github.iocp4j.monitoring;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;

/** A message server that is not a monitor: it answers each request with the same message, or closes the pipe. */
final class OtherServer implements AutoCloseable {
    private final ByteBuffer question = ByteBuffer.allocateDirect(100);
    private final ByteBuffer answer;
    private final CompletionPort port;
    private final NamedPipeServer server;

    OtherServer(final byte[] answer) throws Exception {
        this.answer = answer == null ? null : ByteBuffer.allocateDirect(answer.length).put(answer).flip();
        port = CompletionPort.batchBuilder(this::onCompletions).workers(1).open();
        server = NamedPipeServer.builder(port, BusyPort.newPipe()).mode(PipeMode.MESSAGE).open();
    }

    String name() {
        return server.name();
    }

    @Override
    public void close() {
        port.close();
    }

    private void onCompletions(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.status(i) != Win32Error.SUCCESS) {
                batch.device(i).close();
                continue;
            }
            final NamedPipe pipe = (NamedPipe) batch.device(i);
            try {
                if (batch.opcode(i) != Opcode.READ) {
                    pipe.read(question, 0);
                } else if (answer != null) {
                    pipe.write(answer, 0);
                } else {
                    pipe.close();
                }
            } catch (final DeviceClosedException leaving) {
                pipe.close();
            }
        }
    }
}

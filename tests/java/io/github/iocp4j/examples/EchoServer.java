package io.github.iocp4j.examples;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.NamedPipe;
import io.github.iocp4j.NamedPipeServer;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.Win32Error;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Sends back whatever any number of clients write to its pipe. */
public final class EchoServer {
    private EchoServer() {
    }

    /** Serves until Enter is pressed. */
    public static void main(final String[] args) throws IOException {
        try (CompletionPort port = CompletionPort.open(EchoServer::onCompletions);
                NamedPipeServer server = NamedPipeServer.builder(port, args[0]).open()) {
            System.out.println("Serving " + server.name() + "; press Enter to end");
            System.in.read();
        }
    }

    /** Called by the port's workers, several at once. Each connection has one operation in flight at a time. */
    static void onCompletions(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.status(i) != Win32Error.SUCCESS) {
                if (batch.opcode(i) != Opcode.ACCEPT) {
                    batch.device(i).close(); // the client has gone; one not accepted yet is the server's affair
                }
                continue;
            }
            final NamedPipe pipe = (NamedPipe) batch.device(i);
            try {
                switch (batch.opcode(i)) {
                    case ACCEPT:
                        pipe.attach(ByteBuffer.allocateDirect(4096));
                        pipe.read(bufferOf(pipe), 0);
                        break;
                    case READ:
                        pipe.write(bufferOf(pipe), 0, batch.bytes(i), 0);
                        break;
                    default:
                        pipe.read(bufferOf(pipe), 0);
                }
            } catch (final OperationLimitException e) {
                pipe.close(); // one client too many
            } catch (final DeviceClosedException e) {
                // The port is being closed: the connection ends here.
            }
        }
    }

    private static ByteBuffer bufferOf(final NamedPipe pipe) {
        return (ByteBuffer) pipe.attachment();
    }
}

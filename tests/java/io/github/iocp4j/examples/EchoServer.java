package io.github.iocp4j.examples;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Sends back whatever any number of clients write to its pipe. */
public final class EchoServer {
    private EchoServer() {
    }

    /** Serves until Enter is pressed. */
    public static void main(final String[] args) throws IOException {
        try (CompletionPort port = CompletionPort.builder(EchoServer::onCompletion)
                .exceptionHandler(EchoServer::onException).open();
                NamedPipeServer server = NamedPipeServer.builder(port, args[0]).open()) {
            System.out.println("Serving " + server.name() + "; press Enter to end");
            System.in.read();
        }
    }

    /** Called by the port's workers, several at once. Each connection has one operation in flight at a time. */
    static void onCompletion(final Completion completion) {
        if (completion.status() != Win32Error.SUCCESS) {
            if (completion.opcode() != Opcode.ACCEPT) {
                completion.device().close(); // the client has gone; one not accepted yet is the server's affair
            }
            return;
        }
        final NamedPipe pipe = (NamedPipe) completion.device();
        switch (completion.opcode()) {
            case ACCEPT:
                pipe.attach(ByteBuffer.allocateDirect(4096));
                pipe.read(bufferOf(pipe), 0);
                break;
            case READ:
                pipe.write(bufferOf(pipe).limit(completion.bytes()), 0);
                break;
            default:
                pipe.read(bufferOf(pipe).clear(), 0);
        }
    }

    /** Called with what onCompletion throws, as with one client too many. It costs that client, and no other. */
    static void onException(final Completion completion, final Throwable thrown) {
        if (!(thrown instanceof DeviceClosedException)) { // which only says that the port is being closed
            System.err.println(completion + ": " + thrown);
        }
        completion.device().close();
    }

    private static ByteBuffer bufferOf(final NamedPipe pipe) {
        return (ByteBuffer) pipe.attachment();
    }
}

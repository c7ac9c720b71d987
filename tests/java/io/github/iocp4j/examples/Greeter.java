package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes a greeting to each client of a pipe. */
public final class Greeter {
    private static final ByteBuffer HELLO = ByteBuffer.allocateDirect(5).put("Hello".getBytes(UTF_8)).flip();

    private Greeter() {
    }

    /** Serves the pipe args[0] until Enter is pressed. */
    public static void main(final String[] args) throws IOException {
        try (CompletionPort port = CompletionPort.open(Greeter::onCompletion);
                NamedPipeServer server = NamedPipeServer.builder(port, args[0]).open()) {
            System.out.println("Serving " + server.name() + "; press Enter to end");
            System.in.read();
        }
    }

    static void onCompletion(final Completion completion) {
        if (completion.opcode() == Opcode.WRITE) {
            completion.device().close(); // the client can still read what was written
        } else if (completion.error() == null) { // a client has connected
            ((NamedPipe) completion.device()).write(HELLO.duplicate(), 0);
        }
    }
}

package io.github.iocp4j.jvm;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** A program that serves a pipe and connects to it, with the public API only. */
public final class PipeRoundTrip {
    /** What the program prints in the end. */
    public static final String PRINTED = "echoed hello";

    private static final int SERVER_READ = 1;
    private static final int SERVER_WRITE = 2;
    private static final int CLIENT_WRITE = 3;
    private static final int CLIENT_READ = 4;
    private static final CompletableFuture<Integer> ECHOED = new CompletableFuture<>();

    private PipeRoundTrip() {
    }

    /**
     * Writes to a pipe, reads what its server sends back, and prints it.
     *
     * @param args none
     * @throws Exception when that does not work
     */
    public static void main(final String[] args) throws Exception {
        final String name = "iocp4j-jvm-" + ProcessHandle.current().pid();
        final ByteBuffer answer = ByteBuffer.allocateDirect(100);
        try (CompletionPort port = CompletionPort.builder(PipeRoundTrip::onCompletion).name("jvm").open();
                NamedPipeServer server = NamedPipeServer.builder(port, name).listening(1).open();
                NamedPipe client = NamedPipeClient.builder(port, server.name()).connect()) {
            client.read(answer, CLIENT_READ);
            client.write(direct("hello"), CLIENT_WRITE);
            answer.limit(ECHOED.get());
        }
        System.out.println("echoed " + UTF_8.decode(answer));
    }

    private static void onCompletion(final Completion completion) {
        if (completion.status() != Win32Error.SUCCESS) {
            ECHOED.completeExceptionally(completion.error());
        } else if (completion.opcode() == Opcode.ACCEPT) {
            final NamedPipe connection = (NamedPipe) completion.device();
            connection.attach(ByteBuffer.allocateDirect(100));
            connection.read((ByteBuffer) connection.attachment(), SERVER_READ);
        } else if (completion.token() == SERVER_READ) {
            final NamedPipe connection = (NamedPipe) completion.device();
            connection.write(((ByteBuffer) connection.attachment()).clear().limit(completion.bytes()), SERVER_WRITE);
        } else if (completion.token() == CLIENT_READ) {
            ECHOED.complete(completion.bytes());
        }
    }

    private static ByteBuffer direct(final String text) {
        final byte[] bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}

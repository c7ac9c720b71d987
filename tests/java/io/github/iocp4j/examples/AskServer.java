package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Sends one text to a pipe and prints the answer. */
public final class AskServer {
    private AskServer() {
    }

    /** Asks the server of the pipe args[0] for args[1]. */
    public static void main(final String[] args) throws Exception {
        final CompletableFuture<Integer> written = new CompletableFuture<>();
        final CompletableFuture<Integer> read = new CompletableFuture<>();
        try (CompletionPort port = CompletionPort.open(completion -> {
            final CompletableFuture<Integer> outcome = completion.token() == 1 ? written : read;
            if (completion.error() == null) {
                outcome.complete(completion.bytes());
            } else {
                outcome.completeExceptionally(completion.error());
            }
        }); NamedPipe pipe = NamedPipeClient.builder(port, args[0]).timeout(Duration.ofSeconds(5)).connect()) {
            final byte[] question = args[1].getBytes(UTF_8);
            pipe.write(ByteBuffer.allocateDirect(question.length).put(question).flip(), 1);
            written.get();
            final ByteBuffer answer = ByteBuffer.allocateDirect(4096);
            pipe.read(answer, 2);
            answer.limit(read.get());
            System.out.println(UTF_8.decode(answer));
        }
    }
}

package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iocp4j.nio.Futures;
import io.github.iocp4j.nio.Streams;
import io.github.iocp4j.pipe.NamedPipeClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Sends a text to a server on a pipe and prints the answer, with futures: {@code AskWithFutures PIPE TEXT}. */
public final class AskWithFutures {
    private AskWithFutures() {
    }

    /** Prints the answer. */
    public static void main(final String[] args) throws Exception {
        System.out.println(ask(args[0], args[1]).get());
    }

    static CompletableFuture<String> ask(final String pipeName, final String question) throws IOException {
        final ByteBuffer request = ByteBuffer.allocateDirect(4_096).put(question.getBytes(UTF_8)).flip();
        final ByteBuffer answer = ByteBuffer.allocateDirect(65_536);
        return Futures.connect(NamedPipeClient.builder(Streams.port(), pipeName))
                .thenCompose(pipe -> Futures.write(pipe, request)
                        .thenCompose(written -> Futures.read(pipe, answer, Duration.ofSeconds(10)))
                        .whenComplete((read, failure) -> pipe.close()))
                .thenApply(read -> UTF_8.decode(answer.flip()).toString());
    }
}

package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Asks Docker's engine for its version: HTTP over a named pipe. */
public final class DockerVersion implements CompletionListener {
    private static final Duration TIMEOUT = Duration.ofSeconds(10); // for each read and write

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(8192);
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    private DockerVersion() {
    }

    /** Prints what the engine says of itself. */
    public static void main(final String[] args) throws Exception {
        System.out.println(get("docker_engine", "/version"));
    }

    /** What the engine behind a pipe answers to a GET request. */
    static String get(final String pipeName, final String path) throws Exception {
        final DockerVersion exchange = new DockerVersion();
        final String answer;
        try (CompletionPort port = CompletionPort.open(exchange);
                NamedPipe pipe = NamedPipeClient.builder(port, pipeName).connect()) {
            // By HTTP 1.0 the answer comes in one piece, and the pipe is closed behind it.
            exchange.buffer.put(("GET " + path + " HTTP/1.0\r\nHost: docker\r\n\r\n").getBytes(US_ASCII));
            pipe.write(exchange.buffer.flip(), TIMEOUT, 0);
            answer = exchange.answer.get();
        }
        final String[] headerAndBody = answer.split("\r\n\r\n", 2);
        if (headerAndBody.length < 2 || !headerAndBody[0].matches("(?s)HTTP/1\\.. 200 .*")) {
            throw new IOException("the engine says: " + answer.lines().findFirst().orElse("nothing"));
        }
        return headerAndBody[1];
    }

    /** One operation is in flight at a time, so that no two workers are ever in here. */
    @Override
    public void onCompletion(final Completion completion) {
        final boolean read = completion.opcode() == Opcode.READ;
        final int bytes = completion.bytes();
        if (completion.status() == Win32Error.BROKEN_PIPE
                || read && completion.status() == Win32Error.SUCCESS && bytes == 0) {
            answer.complete(received.toString(UTF_8)); // the engine has closed its end
        } else if (completion.status() != Win32Error.SUCCESS) {
            answer.completeExceptionally(completion.error()); // TIMEOUT, for one
        } else {
            if (read) {
                final byte[] piece = new byte[bytes];
                buffer.duplicate().clear().get(piece);
                received.writeBytes(piece);
            }
            ((NamedPipe) completion.device()).read(buffer.clear(), TIMEOUT, 0);
        }
    }
}

package io.github.iocp4j.load;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients of an echo server's pipe, all connected before the first speaks. */
public final class PipeEchoLoad {
    private static final long TIMEOUT_MINUTES = 20;

    private final AtomicInteger talking;
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();

    private PipeEchoLoad(final int clients) {
        talking = new AtomicInteger(clients);
    }

    /**
     * Runs the clients, and prints how long they took.
     *
     * @param args the server's pipe, how many clients, and how many round trips each
     * @throws Exception when a connection fails
     */
    public static void main(final String[] args) throws Exception {
        final int clients = Integer.parseInt(args[1]);
        final int rounds = Integer.parseInt(args[2]);
        final long start = System.nanoTime();
        run(args[0], clients, rounds);
        final double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("Figures: echo, pipe: %d connections at once, %d round trips each, nothing lost or mixed;"
                + " %.1f s, %.0f round trips per second%n", clients, rounds, seconds, clients * rounds / seconds);
    }

    /**
     * Runs the clients.
     *
     * @param pipe the server's pipe
     * @param clients how many
     * @param rounds how many round trips each makes
     * @throws IOException when a connection fails
     * @throws ExecutionException when a client hears what it has not said
     * @throws InterruptedException when the thread is interrupted
     * @throws TimeoutException when it takes 20 minutes
     */
    public static void run(final String pipe, final int clients, final int rounds)
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        final PipeEchoLoad load = new PipeEchoLoad(clients);
        try (CompletionPort port = CompletionPort.batchBuilder(load::onCompletions).open()) {
            final List<Client> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                final NamedPipe connection = NamedPipeClient.builder(port, pipe)
                        .timeout(Duration.ofMinutes(TIMEOUT_MINUTES)).connect();
                all.add(new Client(connection, new Conversation(i, rounds)));
            }
            for (final Client client : all) {
                client.pipe.attach(client);
                client.next();
            }
            load.outcome.get(TIMEOUT_MINUTES, TimeUnit.MINUTES);
        }
    }

    private void onCompletions(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            try {
                goOn((Client) batch.device(i).attachment(), batch.opcode(i), batch.status(i), batch.bytes(i));
            } catch (final RuntimeException | IOException failed) {
                outcome.completeExceptionally(failed);
            }
        }
    }

    private void goOn(final Client client, final Opcode opcode, final int status, final int bytes) throws IOException {
        if (status != Win32Error.SUCCESS) {
            throw new IOException(opcode + " failed: " + Win32Error.name(status));
        }
        if (opcode == Opcode.WRITE) {
            client.read();
        } else if (!client.conversation.hear(client.buffer.clear().limit(bytes))) {
            client.read();
        } else if (!client.conversation.isOver()) {
            client.next();
        } else {
            client.pipe.close();
            if (talking.decrementAndGet() == 0) {
                outcome.complete(null);
            }
        }
    }

    /** One operation in flight at any time, so that one buffer will do. */
    private static final class Client {
        final NamedPipe pipe;
        final Conversation conversation;
        final ByteBuffer buffer = ByteBuffer.allocateDirect(Conversation.MAX_LENGTH);

        Client(final NamedPipe pipe, final Conversation conversation) {
            this.pipe = pipe;
            this.conversation = conversation;
        }

        void next() {
            conversation.say(buffer);
            pipe.write(buffer, 0);
        }

        void read() {
            // What was heard before may have been a part only, and has left its limit.
            pipe.read(buffer.clear(), 0);
        }
    }
}

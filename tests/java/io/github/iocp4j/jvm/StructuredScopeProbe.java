package io.github.iocp4j.jvm;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A program with structured scopes, whose tasks wait for completions of a port. */
final class StructuredScopeProbe {
    static final int TASKS = 20;
    private static final long SERVER = 0;
    private static final int LENGTH = 100;

    private final Map<Long, CompletableFuture<Integer>> answers = new ConcurrentHashMap<>();
    private final CompletableFuture<String> ofWorker = new CompletableFuture<>();
    private final ScopedValues value;
    private final CompletionPort port;
    private final NamedPipeServer server;

    private StructuredScopeProbe() throws Exception {
        value = new ScopedValues();
        port = CompletionPort.builder(this::onCompletion).workers(2).open();
        server = NamedPipeServer.builder(port, "iocp4j-scope-" + ProcessHandle.current().pid()).open();
    }

    /**
     * Has scopes of the main thread and of a worker, and prints what their tasks have returned.
     *
     * @param args none
     * @throws Exception when that does not work
     */
    public static void main(final String[] args) throws Exception {
        final StructuredScopeProbe probe = new StructuredScopeProbe();
        try (StructuredScope scope = new StructuredScope()) {
            final List<Object> tasks = new ArrayList<>();
            for (int i = 1; i <= TASKS; i++) {
                final long token = i;
                tasks.add(scope.fork(() -> probe.ask(token)));
            }
            scope.join();
            int echoes = 0;
            for (final Object task : tasks) {
                echoes += scope.outcome(task).equals(LENGTH) ? 1 : 0;
            }
            System.out.println("scope of the main thread: " + echoes + " echoes");
        }
        probe.port.post(0, 0, 0);
        System.out.println("scope of a worker: " + probe.ofWorker.get());
        probe.port.close();
        System.out.println("closed");
    }

    /** The length of what the server has sent back. */
    private int ask(final long token) throws Exception {
        final CompletableFuture<Integer> answer = new CompletableFuture<>();
        answers.put(token, answer);
        try (NamedPipe client = NamedPipeClient.builder(port, server.name()).connect()) {
            client.read(ByteBuffer.allocateDirect(LENGTH), token);
            client.write(ByteBuffer.allocateDirect(LENGTH), SERVER);
            return answer.get();
        }
    }

    private void onCompletion(final Completion completion) {
        if (completion.opcode() == Opcode.POST) {
            value.runWhere("bound by the listener", this::openScope);
        } else if (completion.token() != SERVER) {
            answers.get(completion.token())
                    .complete(completion.status() == Win32Error.SUCCESS ? completion.bytes() : -1);
        } else if (completion.status() == Win32Error.SUCCESS) {
            serve(completion);
        } else if (completion.opcode() == Opcode.READ) {
            completion.device().close();
        }
    }

    /** The server's ends have an attachment, the clients' have none. */
    private static void serve(final Completion completion) {
        final NamedPipe pipe = (NamedPipe) completion.device();
        if (completion.opcode() == Opcode.ACCEPT) {
            pipe.attach(ByteBuffer.allocateDirect(LENGTH));
            pipe.read((ByteBuffer) pipe.attachment(), SERVER);
        } else if (completion.opcode() == Opcode.READ) {
            pipe.write(((ByteBuffer) pipe.attachment()).clear().limit(completion.bytes()), SERVER);
        }
    }

    /** This worker waits in the listener while its tasks do; the other one completes what they wait for. */
    private void openScope() {
        try (StructuredScope scope = new StructuredScope()) {
            final List<Object> tasks = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                final int number = i;
                tasks.add(scope.fork(() -> {
                    ask(TASKS + 1 + number);
                    return "task " + number + " of " + value.get();
                }));
            }
            scope.join();
            final List<Object> outcomes = new ArrayList<>();
            for (final Object task : tasks) {
                outcomes.add(scope.outcome(task));
            }
            ofWorker.complete(outcomes.toString());
        } catch (final Exception e) {
            ofWorker.completeExceptionally(e);
        }
    }
}

package com.example.talk;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An echo server on a named pipe, and several clients that talk to it and check what they hear. */
public final class Talk implements Callable<Integer>, AutoCloseable {
    private static final int CLIENTS = 4;
    private static final int MESSAGES = 50;

    private final CompletionPort port;
    private final NamedPipeServer server;

    /**
     * Opens the port and the pipe.
     *
     * @throws IOException when Windows refuses
     */
    public Talk() throws IOException {
        port = CompletionPort.open(Talk::onCompletion);
        server = NamedPipeServer.builder(port, "talk-" + ProcessHandle.current().pid() + "-" + System.nanoTime())
                .mode(PipeMode.MESSAGE).open();
    }

    /**
     * Lets the clients talk to the server once, and prints the number of messages.
     *
     * @param args none
     * @throws Exception when a client receives something other than what it has sent
     */
    public static void main(final String[] args) throws Exception {
        try (Talk talk = new Talk()) {
            System.out.println("ok: " + talk.call() + " messages came back");
        }
    }

    /** Lets several clients talk at once, and returns the number of messages that came back. */
    @Override
    public Integer call() throws Exception {
        final List<Client> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Client(NamedPipeClient.builder(port, server.name()).mode(PipeMode.MESSAGE).connect(), i));
        }
        clients.forEach(Client::say);
        for (final Client client : clients) {
            client.done.get(1, TimeUnit.MINUTES);
        }
        return CLIENTS * MESSAGES;
    }

    @Override
    public void close() {
        port.close();
    }

    private static void onCompletion(final Completion completion) {
        final boolean succeeded = completion.status() == Win32Error.SUCCESS;
        if (completion.opcode() == Opcode.ACCEPT) {
            if (succeeded) {
                new Echo((NamedPipe) completion.device()).read();
            }
        } else {
            ((End) completion.device().attachment()).onCompletion(completion.opcode(), succeeded, completion.bytes());
        }
    }

    /** One end of a connection, with one operation in flight. */
    private abstract static class End {
        final NamedPipe pipe;
        final ByteBuffer buffer = ByteBuffer.allocateDirect(64);

        End(final NamedPipe pipe) {
            this.pipe = pipe;
            pipe.attach(this);
        }

        abstract void onCompletion(Opcode opcode, boolean succeeded, int bytes);

        final void read() {
            try {
                pipe.read(buffer.clear(), 0);
            } catch (final DeviceClosedException portIsClosing) {
                // The connection has ended.
            }
        }
    }

    /** The server's end. */
    private static final class Echo extends End {
        Echo(final NamedPipe pipe) {
            super(pipe);
        }

        @Override
        void onCompletion(final Opcode opcode, final boolean succeeded, final int bytes) {
            if (!succeeded) {
                pipe.close();
            } else if (opcode == Opcode.READ) {
                pipe.write(buffer.clear().limit(bytes), 0);
            } else {
                read();
            }
        }
    }

    /** The client's end. */
    private static final class Client extends End {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        private final int number;
        private int said;

        Client(final NamedPipe pipe, final int number) {
            super(pipe);
            this.number = number;
        }

        void say() {
            pipe.write(buffer.clear().putInt(number).putInt(said).flip(), 0);
        }

        @Override
        void onCompletion(final Opcode opcode, final boolean succeeded, final int bytes) {
            if (!succeeded) {
                done.completeExceptionally(new IOException(opcode + " has failed"));
            } else if (opcode == Opcode.WRITE) {
                buffer.clear().putLong(0);
                read();
            } else if (bytes != Long.BYTES || buffer.getInt(0) != number || buffer.getInt(Integer.BYTES) != said) {
                done.completeExceptionally(new IOException("client " + number + " has heard something else"));
            } else {
                said++;
                if (said < MESSAGES) {
                    say();
                } else {
                    pipe.close();
                    done.complete(null);
                }
            }
        }
    }
}

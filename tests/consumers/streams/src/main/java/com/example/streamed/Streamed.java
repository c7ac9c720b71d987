package com.example.streamed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.iocp4j.nio.FileChannels;
import io.github.iocp4j.nio.Futures;
import io.github.iocp4j.nio.NamedPipeChannels;
import io.github.iocp4j.nio.PipeServerSocket;
import io.github.iocp4j.nio.PipeSocketFactory;
import io.github.iocp4j.nio.Streams;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** Sends a text through sockets, channels and futures on the two ends of pipes, and through a file. */
public final class Streamed {
    private static final String NAME = "streamed-" + ProcessHandle.current().pid();
    private static final String TEXT = "Hello";

    private Streamed() {}

    /**
     * Sends the text in each way.
     *
     * @param args none
     * @throws Exception when something else arrives
     */
    public static void main(final String[] args) throws Exception {
        throughSockets();
        throughChannels();
        throughFutures();
        throughAFile();
        System.out.println("ok: " + TEXT.length() + " bytes have arrived in each of 4 ways");
    }

    private static void throughSockets() throws Exception {
        try (PipeServerSocket server = new PipeServerSocket(NAME)) {
            try (Socket client = PipeSocketFactory.of(NAME).createSocket("ignored", 80);
                    Socket accepted = server.accept()) {
                client.getOutputStream().write(TEXT.getBytes(UTF_8));
                check(new String(accepted.getInputStream().readNBytes(TEXT.length()), UTF_8));
            }
        }
    }

    private static void throughChannels() throws Exception {
        try (AsynchronousServerSocketChannel server = NamedPipeChannels.openServer(null)
                        .bind(NamedPipeAddress.of(NAME + "-channels"));
                AsynchronousSocketChannel client = NamedPipeChannels.open(null)) {
            final Future<AsynchronousSocketChannel> accepting = server.accept();
            client.connect(server.getLocalAddress()).get();
            try (AsynchronousSocketChannel accepted = accepting.get()) {
                final Future<Integer> write = client.write(UTF_8.encode(TEXT));
                final ByteBuffer received = ByteBuffer.allocate(100);
                accepted.read(received).get();
                write.get();
                check(UTF_8.decode(received.flip()).toString());
            }
        }
    }

    private static void throughFutures() throws Exception {
        final String name = NAME + "-futures";
        try (NamedPipeServer server = NamedPipeServer.builder(Streams.port(), name).listening(0).open()) {
            final CompletableFuture<NamedPipe> accepting = Futures.accept(server);
            try (NamedPipe client = Futures.connect(NamedPipeClient.builder(Streams.port(), name)).get();
                    NamedPipe accepted = accepting.get()) {
                final ByteBuffer received = ByteBuffer.allocateDirect(100);
                final CompletableFuture<Integer> read = Futures.read(accepted, received);
                Futures.write(client, ByteBuffer.allocateDirect(100).put(TEXT.getBytes(UTF_8)).flip()).get();
                read.get();
                check(UTF_8.decode(received.flip()).toString());
            }
        }
    }

    private static void throughAFile() throws Exception {
        final Path file = Files.createTempDirectory("streamed").resolve("file");
        try (AsynchronousFileChannel channel = FileChannels.open(file, READ, WRITE, CREATE_NEW, DELETE_ON_CLOSE);
                FileLock lock = channel.lock().get()) {
            channel.write(UTF_8.encode(TEXT), lock.position()).get();
            final ByteBuffer received = ByteBuffer.allocate(100);
            channel.read(received, 0).get();
            check(UTF_8.decode(received.flip()).toString());
        }
        Files.delete(file.getParent());
    }

    private static void check(final String received) {
        if (!received.equals(TEXT)) {
            throw new IllegalStateException("not " + received);
        }
    }
}

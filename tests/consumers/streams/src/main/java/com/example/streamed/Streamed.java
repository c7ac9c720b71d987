package com.example.streamed;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iocp4j.nio.PipeServerSocket;
import io.github.iocp4j.nio.PipeSocketFactory;
import java.net.Socket;

/** A client and a server that know sockets only, on the two ends of a pipe. */
public final class Streamed {
    private static final String NAME = "streamed-" + ProcessHandle.current().pid();
    private static final String TEXT = "Hello";

    private Streamed() {}

    /**
     * Sends a text from the client to the server.
     *
     * @param args none
     * @throws Exception when something else arrives
     */
    public static void main(final String[] args) throws Exception {
        try (PipeServerSocket server = new PipeServerSocket(NAME)) {
            try (Socket client = PipeSocketFactory.of(NAME).createSocket("ignored", 80);
                    Socket accepted = server.accept()) {
                client.getOutputStream().write(TEXT.getBytes(UTF_8));
                final String read = new String(accepted.getInputStream().readNBytes(TEXT.length()), UTF_8);
                if (!read.equals(TEXT)) {
                    throw new IllegalStateException("not " + read);
                }
                System.out.println("ok: " + read.length() + " bytes have arrived");
            }
        }
    }
}

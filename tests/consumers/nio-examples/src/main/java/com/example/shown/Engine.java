package com.example.shown;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.iocp4j.nio.PipeServerSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;

/**
 * Answers as Docker's engine does, as far as the example asks. The one in the tests is in the package of iocp4j-nio,
 * which no other module may have.
 */
final class Engine implements AutoCloseable {
    private final PipeServerSocket server;

    Engine(final String pipe) throws IOException {
        server = new PipeServerSocket(pipe);
    }

    /** Answers the requests of two clients, one after the other, until each has gone. */
    void answerTwice() throws IOException {
        for (int client = 0; client < 2; client++) {
            try (Socket socket = server.accept();
                    BufferedReader requests = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), US_ASCII))) {
                String request = "";
                for (String line; (line = requests.readLine()) != null;) {
                    if (request.isEmpty()) {
                        request = line;
                    } else if (line.isEmpty()) {
                        socket.getOutputStream().write(answer(request).getBytes(US_ASCII));
                        request = "";
                    }
                }
            }
        }
    }

    private static String answer(final String request) {
        final String body = request.startsWith("GET /version ") ? "{\"Version\":\"28.0.1\"}"
                : request.startsWith("GET /containers/json") ? "[{\"Image\":\"first\"},{\"Image\":\"second\"}]" : "{}";
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

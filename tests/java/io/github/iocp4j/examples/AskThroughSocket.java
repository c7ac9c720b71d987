package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iocp4j.nio.PipeSocket;
import java.io.IOException;
import java.net.Socket;

/** Sends one text to a pipe and prints the answer, as a program for sockets would. */
public final class AskThroughSocket {
    private AskThroughSocket() {
    }

    /** Asks the server of the pipe args[0] for args[1]. */
    public static void main(final String[] args) throws IOException {
        try (Socket socket = new PipeSocket(args[0])) { // was: new Win32NamedPipeSocket(args[0])
            socket.setSoTimeout(10_000);
            final byte[] question = args[1].getBytes(UTF_8);
            socket.getOutputStream().write(question);
            final byte[] answer = socket.getInputStream().readNBytes(question.length);
            System.out.println(new String(answer, UTF_8));
        }
    }
}

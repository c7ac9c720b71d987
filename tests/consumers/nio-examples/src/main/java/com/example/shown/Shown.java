package com.example.shown;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iocp4j.examples.AskThroughSocket;
import io.github.iocp4j.examples.AskWithFutures;
import io.github.iocp4j.examples.ChannelEcho;
import io.github.iocp4j.examples.Checksum;
import io.github.iocp4j.examples.DockerOverPipe;
import io.github.iocp4j.examples.Lsp4jServer;
import io.github.iocp4j.nio.PipeSocket;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;

/** Runs each example in the README of iocp4j-nio as a program of its own would run, and checks what it prints. */
public final class Shown {
    private static final String PIPE = "iocp4j-shown-" + ProcessHandle.current().pid();

    private Shown() {
    }

    /** What the editor calls in the language server. */
    public interface Capitals {
        /** Asks for the text in capitals. */
        @JsonRequest
        CompletableFuture<String> capitals(String text);
    }

    /** The main method of an example. */
    private interface Program {
        void run(String[] arguments) throws Exception;
    }

    /**
     * Runs the examples one after the other.
     *
     * @param args none
     * @throws Exception when one fails or prints something else
     */
    public static void main(final String[] args) throws Exception {
        askAnEchoOfChannels();
        sumUpAFile();
        listContainers();
        editWithALanguageServer();
        System.out.println("ok: 6 examples have printed or answered what they should");
    }

    private static void askAnEchoOfChannels() throws Exception {
        final Enter enter = new Enter();
        System.setIn(enter);
        final CompletableFuture<Void> server = start(ChannelEcho::main, PIPE);
        CompletableFuture.anyOf(enter.awaited, server).get();
        check("first", printedBy(AskThroughSocket::main, PIPE, "first"));
        check("second", printedBy(AskWithFutures::main, PIPE, "second"));
        enter.pressed.complete(null);
        server.get();
    }

    private static void sumUpAFile() throws Exception {
        final Path file = Files.writeString(Files.createTempFile("shown", ".txt"), "123456789");
        try {
            check("9 bytes, CRC-32 cbf43926", printedBy(Checksum::main, file.toString()));
        } finally {
            Files.delete(file);
        }
    }

    private static void listContainers() throws Exception {
        final String pipe = PIPE + "-engine";
        try (Engine engine = new Engine(pipe)) {
            final CompletableFuture<Void> serving = start(arguments -> engine.answerTwice());
            check("Docker 28.0.1, first, second", printedBy(DockerOverPipe::main, pipe));
            serving.get();
        }
    }

    private static void editWithALanguageServer() throws Exception {
        final String pipe = PIPE + "-editor";
        final CompletableFuture<Void> server = start(Lsp4jServer::main, pipe);
        final Future<Void> listening;
        try (Socket socket = connect(pipe, server)) {
            final CompletableFuture<String> welcome = new CompletableFuture<>();
            final Lsp4jServer.Editor editor = welcome::complete;
            final Launcher<Capitals> launcher = Launcher.createLauncher(
                    editor, Capitals.class, socket.getInputStream(), socket.getOutputStream());
            listening = launcher.startListening();
            check("Welcome", welcome.get());
            check("TEXT", launcher.getRemoteProxy().capitals("text").get());
        }
        listening.get();
    }

    /** Connects as soon as the server has made its pipe. */
    private static Socket connect(final String pipe, final CompletableFuture<Void> server) throws Exception {
        while (!server.isDone()) {
            try {
                return new PipeSocket(pipe);
            } catch (final ConnectException notYet) {
                Thread.sleep(10);
            }
        }
        server.get();
        throw new IllegalStateException("The server has ended");
    }

    /** Runs a program in a thread that need not end: a server may have no end of its own. */
    private static CompletableFuture<Void> start(final Program program, final String... arguments) {
        final CompletableFuture<Void> end = new CompletableFuture<>();
        final Thread thread = new Thread(() -> {
            try {
                program.run(arguments);
                end.complete(null);
            } catch (final Throwable failure) {
                end.completeExceptionally(failure);
            }
        }, "example");
        thread.setDaemon(true);
        thread.start();
        return end;
    }

    /** Runs a program to its end and returns the lines that it has printed, with commas between them. */
    private static String printedBy(final Program program, final String... arguments) throws Exception {
        final PrintStream screen = System.out;
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, UTF_8));
        try {
            program.run(arguments);
        } finally {
            System.setOut(screen);
        }
        return printed.toString(UTF_8).lines().collect(Collectors.joining(", "));
    }

    private static void check(final String expected, final String actual) {
        if (!actual.equals(expected)) {
            throw new IllegalStateException("not " + expected + " but " + actual);
        }
    }

    /** A keyboard whose only key is Enter. */
    private static final class Enter extends InputStream {
        /** Complete when the program waits for the key. */
        final CompletableFuture<Void> awaited = new CompletableFuture<>();
        final CompletableFuture<Void> pressed = new CompletableFuture<>();

        @Override
        public int read() {
            awaited.complete(null);
            pressed.join();
            return '\n';
        }
    }
}

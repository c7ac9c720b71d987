package io.github.iocp4j.examples;

import io.github.iocp4j.nio.PipeServerSocket;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.jsonrpc.services.JsonNotification;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;

/** Serves editors on a pipe with LSP4J, which knows only streams. */
public final class Lsp4jServer {
    private Lsp4jServer() {
    }

    /** What the server calls in an editor. */
    public interface Editor {
        /** Shows a text. */
        @JsonNotification("window/logMessage")
        void log(String text);
    }

    /** What an editor calls in the server: a real one implements LSP4J's LanguageServer. */
    public static final class Service {
        /** Answers with the text in capitals. */
        @JsonRequest
        public CompletableFuture<String> capitals(final String text) {
            return CompletableFuture.completedFuture(text.toUpperCase());
        }
    }

    /** Serves the pipe args[0]. */
    public static void main(final String[] args) throws IOException {
        try (PipeServerSocket server = new PipeServerSocket(args[0])) {
            serve(server);
        }
    }

    static void serve(final PipeServerSocket server) throws IOException {
        while (true) {
            final Socket editor = server.accept();
            new Thread(() -> talk(editor), "editor").start();
        }
    }

    private static void talk(final Socket editor) {
        try (editor) {
            final Launcher<Editor> launcher = Launcher.createLauncher(
                    new Service(), Editor.class, editor.getInputStream(), editor.getOutputStream());
            launcher.getRemoteProxy().log("Welcome");
            launcher.startListening().get(); // until the editor has gone
        } catch (final IOException | InterruptedException | ExecutionException failure) {
            failure.printStackTrace();
        }
    }
}

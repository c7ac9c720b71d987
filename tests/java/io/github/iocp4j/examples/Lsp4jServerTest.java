package io.github.iocp4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.nio.PipeServerSocket;
import io.github.iocp4j.nio.PipeSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** LSP4J runs on both ends of a pipe; no end of a connection is a failure for it. */
@Timeout(120)
class Lsp4jServerTest {
    private static final Logger LOGGER = Logger.getLogger("org.eclipse.lsp4j");

    private final LinkedBlockingQueue<String> logged = new LinkedBlockingQueue<>();

    /** What the editor calls in the server. */
    interface Server {
        @JsonRequest
        CompletableFuture<String> capitals(String text);
    }

    private final class Editor implements Lsp4jServer.Editor {
        @Override
        public void log(final String text) {
            logged.add(text);
        }
    }

    @Test
    void bothEndsTalkAtOnceUntilEitherCloses() throws Exception {
        final Queue<LogRecord> complaints = new ConcurrentLinkedQueue<>();
        final Handler handler = new Complaints(complaints);
        LOGGER.addHandler(handler);
        final PipeServerSocket server = new PipeServerSocket(PipePair.newName());
        final CompletableFuture<Throwable> end = new CompletableFuture<>();
        final Thread serving = new Thread(() -> {
            try {
                Lsp4jServer.serve(server);
            } catch (final Throwable thrown) {
                end.complete(thrown);
            }
        });
        serving.start();
        final PipeSocket socket = new PipeSocket(server.getLocalSocketAddress().toString());
        try {
            final Launcher<Server> launcher = Launcher.createLauncher(
                    new Editor(), Server.class, socket.getInputStream(), socket.getOutputStream());
            final Future<Void> listening = launcher.startListening();
            assertThat(logged.poll(60, TimeUnit.SECONDS)).isEqualTo("Welcome");
            final List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                answers.add(launcher.getRemoteProxy().capitals("text" + "x".repeat(i * 10)));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo("TEXT" + "X".repeat(i * 10));
            }
            // Another thread than the one that reads.
            socket.close();
            listening.get();
        } finally {
            socket.close();
            server.close();
            LOGGER.removeHandler(handler);
        }
        assertThat(end.get()).hasMessage("Socket closed");
        assertThat(complaints).extracting(LogRecord::getMessage).isEmpty();
        assertThatThrownBy(server::accept).hasMessage("Socket closed");
    }

    private static final class Complaints extends Handler {
        private final Queue<LogRecord> records;

        Complaints(final Queue<LogRecord> records) {
            this.records = records;
        }

        @Override
        public void publish(final LogRecord entry) {
            // It logs each end of a connection as information.
            if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
                records.add(entry);
            }
        }

        @Override
        public void flush() {
            // Nothing is buffered.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}

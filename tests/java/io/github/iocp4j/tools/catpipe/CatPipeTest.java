package io.github.iocp4j.tools.catpipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.pipe.PipeMode;
import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CatPipeTest {
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final String LEFT = "the other side has left and may not have read the last ";

    @TempDir
    private static Path folder;

    private final String pipe =
            "iocp4j-test-cat-" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();

    @Test
    void joinsAProgramThatWritesToOneThatReads() throws Exception {
        final String much = "0123456789abcde\n".repeat(20_000);
        try (ToolProcess sender = Programs.toolReading(folder, input(much), "cat-pipe", "--listen", pipe, "--send")) {
            sender.awaitErrors("serving");
            try (ToolProcess receiver = Programs.tool(folder, "cat-pipe", pipe, "--receive")) {
                assertThat(receiver.exitCode()).as(receiver::errors).isZero();
                assertThat(receiver.output()).isEqualTo(much);
            }
            assertThat(sender.exitCode()).as(sender::errors).isZero();
        }
    }

    @Test
    void joinsBothWaysByMessagesAndReportsTheEndOfEach() throws Exception {
        try (ToolProcess server =
                Programs.toolReading(folder, input("from the server"), "cat-pipe", "--listen", pipe, "--message")) {
            server.awaitErrors("serving");
            try (ToolProcess client =
                    Programs.toolReading(folder, input("from the client"), "cat-pipe", pipe, "--message")) {
                assertThat(client.exitCode()).as(client::errors).isZero();
                assertThat(client.output()).isEqualTo("from the server");
            }
            assertThat(server.exitCode()).as(server::errors).isZero();
            assertThat(server.output()).isEqualTo("from the client");
        }
    }

    @Test
    void waitsForTheAnswerWithTheOption() throws Exception {
        try (ToolProcess server =
                Programs.toolReading(folder, input("answer"), "cat-pipe", "--listen", pipe)) {
            server.awaitErrors("serving");
            try (ToolProcess client =
                    Programs.toolReading(folder, input(""), "cat-pipe", pipe, "--wait")) {
                assertThat(client.exitCode()).as(client::errors).isZero();
                assertThat(client.output()).isEqualTo("answer");
            }
            assertThat(server.exitCode()).as(server::errors).isZero();
        }
    }

    @Test
    void failsWithoutAServer() throws Exception {
        try (ToolProcess client = Programs.toolReading(folder, input(""), "cat-pipe", pipe)) {
            assertThat(client.exitCode()).isEqualTo(1);
            assertThat(client.errors()).startsWith("cat-pipe: CreateFile").contains("ERROR_FILE_NOT_FOUND")
                    .hasLineCount(1);
        }
    }

    @Test
    void failsWhenTheOtherSideHasLeftBeforeItHasReadAnything() throws Exception {
        try (ToolProcess server =
                Programs.toolReading(folder, input(""), "cat-pipe", "--listen", pipe)) {
            server.awaitErrors("serving");
            // More than fits into the pipe.
            try (ToolProcess client = Programs.toolReading(
                    folder, input("x".repeat(5_000_000)), "cat-pipe", pipe, "--send")) {
                assertThat(client.exitCode()).as(client::errors).isEqualTo(1);
                assertThat(client.errors()).startsWith("cat-pipe: " + LEFT).hasLineCount(1);
            }
            assertThat(server.exitCode()).as(server::errors).isZero();
        }
    }

    /** The end of the read and the failure of the write come together; the failure of the write must be reported. */
    @ParameterizedTest
    @ValueSource(strings = {"", "--wait", "--message", "--send"})
    void failsWhenTheOtherSideLeavesInTheMiddleOfWhatItSends(final String option) throws Exception {
        try (ToolProcess server = serve(input("x".repeat(5_000_000)), option)) {
            server.awaitErrors("serving");
            try (Peer peer = new Peer(pipe, option.equals("--send"))) {
                peer.read();
            }
            assertThat(server.exitCode()).as(server::errors).isEqualTo(1);
            assertThat(server.errors().lines().skip(1)).singleElement().asString()
                    .startsWith("cat-pipe: " + LEFT);
        }
    }

    /** The server's pipe has no buffer to the client, so that the write shows the loss whenever the client leaves. */
    @ParameterizedTest
    @ValueSource(strings = {"", "--wait", "--message", "--send"})
    void failsWhenTheOtherSideLeavesTheLastOfItUnread(final String option) throws Exception {
        try (ToolProcess server = serve(input("x".repeat(1_000)), option)) {
            server.awaitErrors("serving");
            try (Peer peer = new Peer(pipe, option.equals("--send"))) {
                peer.awaitBytes(1_000);
            }
            assertThat(server.exitCode()).as(server::errors).isEqualTo(1);
            assertThat(server.errors()).contains("cat-pipe: " + LEFT + "1000 bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--wait", "--message", "--send"})
    void failsWhenTheOtherSideLeavesUnreadDataWhileTheInputIsOpen(final String option) throws Exception {
        try (ToolProcess server = Programs.tool(folder, listening(option))) {
            server.awaitErrors("serving");
            try (Peer peer = new Peer(pipe, option.equals("--send"))) {
                server.type("hello");
                peer.awaitBytes(5);
            }
            assertThat(server.exitCode()).as(server::errors).isEqualTo(1);
            assertThat(server.errors()).contains("cat-pipe: " + LEFT + "5 bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--wait", "--message", "--send"})
    void succeedsWhenTheOtherSideLeavesAtOnceAfterItHasReadEverything(final String option) throws Exception {
        try (ToolProcess server = serve(input("x".repeat(1_000)), option)) {
            server.awaitErrors("serving");
            try (Peer peer = new Peer(pipe, option.equals("--send"))) {
                peer.read();
            }
            assertThat(server.exitCode()).as(server::errors).isZero();
            assertThat(server.errors()).hasLineCount(1);
        }
    }

    /**
     * The pipe has a buffer, and only a flush in progress shows the loss. No other program can see that it has begun;
     * it begins right after the write, and the server leaves two seconds later. On a busy machine that may be too soon.
     */
    @ParameterizedTest
    @ValueSource(strings = {"", "--wait", "--message", "--send"})
    void aClientFailsWhenTheServerLeavesUnreadDataWhileTheInputIsOpen(final String option) throws Exception {
        boolean failed = false;
        for (int seconds = 2; !failed && seconds <= 50; seconds *= 5) {
            try (ServingPeer peer = new ServingPeer(pipe, option);
                    ToolProcess client = Programs.tool(folder, words("cat-pipe", pipe, option))) {
                client.type("hello");
                peer.awaitBytes(5);
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
                peer.leave();
                failed = client.exitCode() == 1;
                if (failed) {
                    assertThat(client.errors()).startsWith("cat-pipe: " + LEFT + "5 bytes").hasLineCount(1);
                }
            }
        }
        assertThat(failed).isTrue();
    }

    /** The server answers when it has read everything, and leaves when the answer has arrived. */
    @Test
    void aClientSucceedsWhenTheServerLeavesAfterItHasReadEverything() throws Exception {
        try (ServingPeer peer = new ServingPeer(pipe, "");
                ToolProcess client = Programs.tool(folder, "cat-pipe", pipe)) {
            client.type("hello");
            peer.read();
            peer.write();
            client.awaitOutput("!");
            peer.leave();
            assertThat(client.exitCode()).as(client::errors).isZero();
            assertThat(client.errors()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--wait"})
    void leavesWithTheOtherSideWhileNothingIsToBeSent(final String option) throws Exception {
        // Its standard input stays open.
        try (ToolProcess server = Programs.tool(folder, listening(option))) {
            server.awaitErrors("serving");
            new Peer(pipe, false).close();
            assertThat(server.exitCode()).as(server::errors).isZero();
        }
    }

    @Test
    void oneOfTwoThatBothSendFailsWhenTheOtherHasEnough() throws Exception {
        final Path much = input("x".repeat(5_000_000));
        try (ToolProcess server = serve(much, "");
                ToolProcess client = startClient(server)) {
            assertThat(client.exitCode()).as(client::errors).isZero();
            assertThat(server.output()).as("what the client has sent").hasSize(7);
            assertThat(server.exitCode()).as(server::errors).isEqualTo(1);
        }
    }

    private ToolProcess startClient(final ToolProcess server) throws Exception {
        server.awaitErrors("serving");
        return Programs.toolReading(folder, input("goodbye"), "cat-pipe", pipe);
    }

    private ToolProcess serve(final Path input, final String option) throws Exception {
        return Programs.toolReading(folder, input, listening(option));
    }

    private String[] listening(final String option) {
        return words("cat-pipe", "--listen", pipe, option);
    }

    private static String[] words(final String... wordsAndEmpty) {
        return Stream.of(wordsAndEmpty).filter(word -> !word.isEmpty()).toArray(String[]::new);
    }

    /** Another program that serves the pipe, and reads and writes when it is asked to. */
    private static final class ServingPeer implements AutoCloseable {
        private final Semaphore over = new Semaphore(0);
        private final CompletableFuture<NamedPipe> client = new CompletableFuture<>();
        private final CompletionPort port;

        ServingPeer(final String pipe, final String option) throws Exception {
            port = CompletionPort.builder(this::onCompletion).workers(1).open();
            NamedPipeServer.builder(port, pipe).maxInstances(1)
                    .mode(option.equals("--message") ? PipeMode.MESSAGE : PipeMode.BYTE).open();
        }

        private void onCompletion(final Completion completion) {
            if (completion.opcode() == Opcode.ACCEPT) {
                client.complete((NamedPipe) completion.device());
            } else {
                over.release();
            }
        }

        void read() throws Exception {
            client.get().read(ByteBuffer.allocateDirect(1_000), 0);
            over.acquire();
        }

        void write() throws Exception {
            client.get().write(ByteBuffer.allocateDirect(1).put((byte) '!').flip(), 0);
            over.acquire();
        }

        void awaitBytes(final int count) throws Exception {
            while (client.get().peek().bytesAvailable() < count) {
                Thread.sleep(10);
            }
        }

        void leave() throws Exception {
            client.get().close();
        }

        @Override
        public void close() {
            port.close();
        }
    }

    /** Another program at the client's end, which reads when it is asked to. */
    private static final class Peer implements AutoCloseable {
        private final Semaphore over = new Semaphore(0);
        private final CompletionPort port;
        private final NamedPipe end;

        Peer(final String pipe, final boolean readsOnly) throws Exception {
            port = CompletionPort.builder(completion -> over.release()).workers(1).open();
            end = NamedPipeClient.builder(port, pipe)
                    .direction(readsOnly ? PipeDirection.INBOUND : PipeDirection.DUPLEX).connect();
        }

        void read() {
            end.read(ByteBuffer.allocateDirect(1_000), 0);
            over.acquireUninterruptibly();
        }

        void awaitBytes(final int count) throws Exception {
            while (end.peek().bytesAvailable() < count) {
                Thread.sleep(10);
            }
        }

        @Override
        public void close() {
            port.close();
        }
    }

    private static Path input(final String text) throws Exception {
        return Files.write(Files.createTempFile(folder, "input", ".txt"), text.getBytes(StandardCharsets.US_ASCII));
    }
}

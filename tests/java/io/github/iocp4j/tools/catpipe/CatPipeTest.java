package io.github.iocp4j.tools.catpipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CatPipeTest {
    private static final AtomicInteger COUNTER = new AtomicInteger();

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
    void joinsBothWaysByMessagesAndTellsTheEndOfEach() throws Exception {
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
    void waitsForTheAnswerWhereItIsToldTo() throws Exception {
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
    void tellsThatNobodyServesThePipe() throws Exception {
        try (ToolProcess client = Programs.toolReading(folder, input(""), "cat-pipe", pipe)) {
            assertThat(client.exitCode()).isEqualTo(1);
            assertThat(client.errors()).startsWith("cat-pipe: CreateFile").contains("ERROR_FILE_NOT_FOUND")
                    .hasLineCount(1);
        }
    }

    @Test
    void tellsThatTheOtherSideHasLeftTooEarly() throws Exception {
        try (ToolProcess server =
                Programs.toolReading(folder, input(""), "cat-pipe", "--listen", pipe)) {
            server.awaitErrors("serving");
            // More than fits into the pipe.
            try (ToolProcess client = Programs.toolReading(
                    folder, input("x".repeat(5_000_000)), "cat-pipe", pipe, "--send")) {
                assertThat(client.exitCode()).as(client::errors).isEqualTo(1);
                assertThat(client.errors()).startsWith("cat-pipe: WriteFile").hasLineCount(1);
            }
            assertThat(server.exitCode()).as(server::errors).isZero();
        }
    }

    private static Path input(final String text) throws Exception {
        return Files.write(Files.createTempFile(folder, "input", ".txt"), text.getBytes(StandardCharsets.US_ASCII));
    }
}

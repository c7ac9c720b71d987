package io.github.iocp4j.tools.syelog;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.pipe.PipeMode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The daemon in this process, with a disk that does what the test wants. */
@Timeout(120)
final class SyelogDaemonTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final SlowDisk disk = new SlowDisk();
    private final ByteArrayOutputStream complaints = new ByteArrayOutputStream();
    private final LogFile file = new LogFile(disk, disk, "the disk", true, new PrintStream(complaints));
    private final SyelogDaemonStatistics statistics = new SyelogDaemonStatistics();
    private final SyelogDaemon daemon =
            new SyelogDaemon(new SyelogLog(new DeltaTimeColumn(0), file), statistics, false);
    private final BlockingQueue<Integer> written = new LinkedBlockingQueue<>();

    private CompletionPort port;
    private NamedPipeServer server;
    private CompletionPort clients;

    @BeforeEach
    void serve() throws Exception {
        file.start();
        port = CompletionPort.builder(daemon).workers(2).operations(100).open();
        server = NamedPipeServer.builder(port, SyelogdProcess.newPipe()).direction(PipeDirection.INBOUND)
                .mode(PipeMode.MESSAGE).buffers(SyelogDaemon.PIPE_BUFFER, 0).open();
        clients = CompletionPort.batchBuilder(batch -> {
            for (int i = 0; i < batch.size(); i++) {
                written.add(batch.status(i));
            }
        }).open();
    }

    @AfterEach
    void end() {
        disk.goOn();
        assertThat(clients.close(LONG)).isTrue();
        assertThat(port.close(LONG)).isTrue();
        file.close();
    }

    /**
     * Workers that want to write wait for the disk, and no read is started meanwhile: the pipe fills up, and the
     * client's next write waits. Nothing that a write has been accepted for is lost.
     */
    @Test
    void letsItsClientsWaitForASlowDisk() throws Exception {
        final NamedPipe client = connect();
        disk.pause();
        int sent = 0;
        int status = Win32Error.SUCCESS;
        while (status == Win32Error.SUCCESS) {
            status = send(client, "number " + sent, 1_000);
            sent += status == Win32Error.SUCCESS ? 1 : 0;
        }
        assertThat(status).as("the client feels it").isEqualTo(Win32Error.TIMEOUT);
        disk.awaitWriters(1);
        assertThat(port.snapshot().operationsInFlight()).as("nothing piles up in the daemon").isLessThan(10);

        disk.goOn();
        for (int i = 0; i < 100; i++) {
            assertThat(send(client, "number " + sent, 60_000)).as("it recovers").isZero();
            sent++;
        }
        assertThat(client.close(LONG)).isTrue();
        leave();

        assertThat(texts()).containsExactlyElementsOf(
                IntStream.range(0, sent).mapToObj(i -> "number " + i).collect(toList()));
        assertThat(file.linesLost()).isZero();
        assertThat(statistics("connections failed")).isEqualTo("0");
    }

    @Test
    void letsManyClientsWaitAndForgetsNoneOfThem() throws Exception {
        final List<NamedPipe> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(connect());
        }
        disk.pause();
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < all.size(); i++) {
                assertThat(send(all.get(i), "client " + i + " round " + round, 60_000)).isZero();
            }
        }
        disk.awaitWriters(1);
        disk.goOn();
        for (final NamedPipe client : all) {
            assertThat(client.close(LONG)).isTrue();
        }
        leave();

        for (int i = 0; i < all.size(); i++) {
            final String begin = "client " + i + " ";
            assertThat(texts().stream().filter(text -> text.startsWith(begin))).containsExactlyElementsOf(
                    IntStream.range(0, 50).mapToObj(round -> begin + "round " + round).collect(toList()));
        }
        assertThat(file.linesLost()).isZero();
    }

    @Test
    void losesNoMessageOfAConnectionThatItCloses() throws Exception {
        final NamedPipe client = connect();
        assertThat(send(client, "hello", 60_000)).isZero();
        while (texts().isEmpty()) {
            // The daemon reads on as soon as it has written this; the test's timeout ends it.
            Thread.sleep(5);
        }

        statistics.measure(port.snapshot());
        // As it does when clients that never stop have used up the time for the shutdown.
        assertThat(port.close(LONG)).isTrue();
        file.close();

        assertThat(disk.content()).contains("hello").doesNotContain("Lost process");
        assertThat(statistics("connections failed")).isEqualTo("0");
    }

    @Test
    void reportsWhenItHasNotPartedFromAllClients() throws Exception {
        final NamedPipe client = connect();
        disk.pause();
        assertThat(send(client, "hello", 60_000)).isZero();
        disk.awaitWriters(1);
        assertThat(send(client, "again", 60_000)).isZero();

        assertThat(daemon.leave(server, 1)).as("a worker cannot append while the file is written").isFalse();

        disk.goOn();
        assertThat(client.close(LONG)).isTrue();
        assertThat(daemon.leave(server, LONG.toMillis())).isTrue();
        assertThat(port.close(LONG)).isTrue();
        file.close();
        assertThat(texts()).containsExactly("hello", "again");
    }

    private void leave() throws InterruptedException {
        assertThat(daemon.leave(server)).isTrue();
        statistics.measure(port.snapshot());
        assertThat(port.close(LONG)).isTrue();
        file.close();
    }

    private NamedPipe connect() throws Exception {
        return NamedPipeClient.builder(clients, server.name()).direction(PipeDirection.OUTBOUND).timeout(LONG)
                .connect();
    }

    private int send(final NamedPipe client, final String text, final int timeoutMillis) throws InterruptedException {
        final byte[] bytes = Messages.line(text).bytes();
        client.write(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), Duration.ofMillis(timeoutMillis), 0);
        return written.poll(LONG.getSeconds(), TimeUnit.SECONDS);
    }

    private List<String> texts() {
        return SyelogdProcess.texts(disk.content());
    }

    private String statistics(final String name) {
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        statistics.print(new PrintStream(printed), 0);
        return printed.toString().lines().filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2)).findFirst().orElseThrow();
    }
}

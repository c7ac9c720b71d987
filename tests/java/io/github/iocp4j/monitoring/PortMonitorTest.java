package io.github.iocp4j.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A monitor and its clients, including malicious ones. */
@Timeout(300)
final class PortMonitorTest {
    @TempDir
    private static Path folder;

    private final String pipe = BusyPort.newPipe();
    private BusyPort busy;
    private PortMonitor monitor;

    @BeforeEach
    void serve() throws Exception {
        busy = new BusyPort("watched");
        monitor = PortMonitor.serve(busy.port(), pipe);
    }

    @AfterEach
    void close() {
        monitor.close();
        busy.close();
    }

    @Test
    void hasTheFiguresOfASnapshot() throws Exception {
        assertThat(monitor.pipeName()).isEqualTo("\\\\.\\pipe\\" + pipe);
        try (PortMonitorClient client = PortMonitorClient.connect(pipe)) {
            final PortSnapshot figures = client.ask();
            final PortSnapshot snapshot = busy.port().snapshot();
            assertThat(figures.name()).isEqualTo("watched");
            assertThat(figures.state()).isEqualTo(PortState.OPEN);
            assertThat(figures.processId()).isEqualTo(ProcessHandle.current().pid());
            assertThat(figures.completions()).isEqualTo(snapshot.completions()).isEqualTo(4);
            assertThat(figures.operationsAccepted()).isEqualTo(snapshot.operationsAccepted());
            assertThat(figures.operationCeiling()).isEqualTo(snapshot.operationCeiling());
            assertThat(figures.batchesBySize()).isEqualTo(snapshot.batchesBySize());
            assertThat(figures.failuresByName()).containsOnlyKeys("ERROR_BROKEN_PIPE").containsValue(1L);
            assertThat(figures.workerStates()).hasSize(2);
            assertThat(figures.devices()).as("of the port, not of the monitor").hasSize(BusyPort.DEVICES)
                    .allMatch(device -> device.name().equals(busy.server().name()));
            assertThat(busy.server(figures).operationsInFlight()).isEqualTo(BusyPort.LISTENING);

            busy.converse();
            busy.awaitSilence();
            assertThat(client.ask().completions()).isEqualTo(8);
        }
        busy.awaitSilence();
        assertThat(busy.port().snapshot().completions()).as("asking leaves no trace").isEqualTo(8);
    }

    @Test
    void severalClientsAskAtOnce() throws Exception {
        final ExecutorService threads = Executors.newCachedThreadPool();
        try {
            final List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < PortMonitor.MAX_CLIENTS; i++) {
                clients.add(threads.submit(() -> ask(50)));
            }
            for (final Future<Integer> client : clients) {
                assertThat(client.get()).isEqualTo(50);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void moreClientsThanItHasRoomForWaitForAPlace() throws Exception {
        final List<PortMonitorClient> clients = new ArrayList<>();
        try (CompletionPort port = CompletionPort.builder(completion -> { }).workers(1).open()) {
            while (clients.size() < PortMonitor.MAX_CLIENTS) {
                clients.add(PortMonitorClient.connect(pipe));
                clients.get(clients.size() - 1).ask();
            }
            final Win32Exception refused = catchThrowableOfType(Win32Exception.class,
                    () -> NamedPipeClient.builder(port, pipe).timeout(Duration.ZERO).connect());
            assertThat(refused.code()).isEqualTo(Win32Error.PIPE_BUSY);

            clients.remove(0).close();

            assertThat(ask(1)).isEqualTo(1);
        } finally {
            clients.forEach(PortMonitorClient::close);
        }
    }

    @Test
    void clientsThatVanishAreHarmless() throws Exception {
        try (PortMonitorClient staying = PortMonitorClient.connect(pipe)) {
            for (int i = 0; i < 3 * PortMonitor.MAX_CLIENTS; i++) {
                try (RandomAccessFile raw = open()) {
                    if (i % 2 == 0) {
                        raw.write("IOCQ\0\1\0\0".getBytes(StandardCharsets.US_ASCII));
                    }
                }
                staying.ask();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "IOCQ\0\1\0", "IOCQ\0\1\0\0\0", "ioCQ\0\1\0\0", "IOCA\0\1\0\0"})
    void whoAsksNothingIsHungUpOn(final String nonsense) throws Exception {
        try (PortMonitorClient staying = PortMonitorClient.connect(pipe); RandomAccessFile raw = open()) {
            raw.write(nonsense.getBytes(StandardCharsets.US_ASCII));
            assertThat(endsWithoutAByte(raw)).isTrue();
            staying.ask();
        }
    }

    @Test
    void whoWritesMuchIsHungUpOn() throws Exception {
        try (RandomAccessFile raw = open()) {
            raw.write(new byte[40_000]);
            assertThat(endsWithoutAByte(raw)).isTrue();
        }
        assertThat(ask(1)).isEqualTo(1);
    }

    @Test
    void anotherVersionIsRefusedWithTheReason() throws Exception {
        try (RandomAccessFile raw = open()) {
            final byte[] answer = new byte[100];
            raw.write("IOCQ\0\2\0\0".getBytes(StandardCharsets.US_ASCII));
            assertThat(raw.read(answer)).isEqualTo(8);
            assertThat(new String(answer, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("IOCA\0\1\0\1");
            raw.write("IOCQ\0\1\0\0".getBytes(StandardCharsets.US_ASCII));
            assertThat(raw.read(answer)).as("and may go on").isGreaterThan(8);
            assertThat(new String(answer, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("IOCA\0\1\0\0");
        }
    }

    @Test
    void reportsAThousandDevices() throws Exception {
        final Path file = Files.createFile(folder.resolve("n".repeat(100)));
        final List<OverlappedFile> files = new ArrayList<>();
        try (PortMonitorClient client = PortMonitorClient.connect(pipe)) {
            for (int i = 0; i < 1_000; i++) {
                files.add(OverlappedFile.open(busy.port(), file));
            }
            final PortSnapshot figures = client.ask();
            assertThat(figures.deviceCount()).isEqualTo(1_000 + BusyPort.DEVICES);
            assertThat(figures.devices()).extracting(DeviceSnapshot::key)
                    .hasSize(1_000 + BusyPort.DEVICES).containsAll(keys(files));
            assertThat(figures.devices()).filteredOn(device -> device.name().endsWith(file.toString()))
                    .hasSize(1_000);
            files.forEach(OverlappedFile::close);
            assertThat(client.ask().devices()).hasSize(BusyPort.DEVICES);
        }
    }

    @Test
    void aClosingPortIsReportedAsClosed() throws Exception {
        try (PortMonitorClient client = PortMonitorClient.connect(pipe)) {
            assertThat(client.ask().state()).isEqualTo(PortState.OPEN);
            busy.close();
            final PortSnapshot closed = client.ask();
            assertThat(closed.state()).isEqualTo(PortState.CLOSED);
            assertThat(closed.completions()).as("as it was seen last").isEqualTo(4);
            assertThat(closed.devices()).isEmpty();
        }
        assertThatThrownBy(() -> PortMonitor.serve(busy.port(), BusyPort.newPipe()))
                .isInstanceOf(PortClosedException.class);
    }

    @Test
    void aMonitorThatClosesHangsUp() throws Exception {
        try (PortMonitorClient client = PortMonitorClient.connect(pipe)) {
            client.ask();
            monitor.close();
            monitor.close();
            assertThatThrownBy(client::ask).isInstanceOf(Win32Exception.class);
        }
        assertThat(codeOf(() -> PortMonitorClient.connect(pipe))).isEqualTo(Win32Error.FILE_NOT_FOUND);
    }

    @Test
    void servesNoPipeThatIsServedAlready() {
        assertThat(codeOf(() -> PortMonitor.serve(busy.port(), pipe))).isEqualTo(Win32Error.ACCESS_DENIED);
        assertThatThrownBy(() -> PortMonitor.serve(busy.port(), "\\\\elsewhere\\pipe\\x"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsNoMonitorIsFoundOut() throws Exception {
        try (OtherServer cut = new OtherServer(new byte[] {'I', 'O', 'C', 'A', 0, 1, 0, 0, 1});
                OtherServer endless = new OtherServer(new byte[MonitorProtocol.MAX_RESPONSE + 1]);
                OtherServer newer = new OtherServer(new byte[] {'I', 'O', 'C', 'A', 0, 9, 0, 1});
                OtherServer silent = new OtherServer(null)) {
            refuses(cut, "sends no valid response of a PortMonitor: it ends too early");
            refuses(endless, "it is longer than any response can be");
            refuses(newer, "it has version 9, but this program needs version 1");
            assertThat(codeOf(() -> askOnce(silent.name()))).isIn(Win32Error.BROKEN_PIPE, Win32Error.NO_DATA,
                    Win32Error.BAD_PIPE, Win32Error.PIPE_NOT_CONNECTED);
        }
        try (NamedPipeServer bytes = NamedPipeServer.builder(busy.port(), BusyPort.newPipe()).mode(PipeMode.BYTE)
                .open()) {
            assertThat(codeOf(() -> PortMonitorClient.connect(bytes.name()))).isEqualTo(Win32Error.INVALID_PARAMETER);
        }
    }

    private static void refuses(final OtherServer server, final String why) {
        assertThatThrownBy(() -> askOnce(server.name())).isInstanceOf(IOException.class)
                .hasMessageContaining(server.name()).hasMessageContaining(why);
    }

    private static void askOnce(final String name) throws IOException {
        try (PortMonitorClient client = PortMonitorClient.connect(name)) {
            client.ask();
        }
    }

    private int ask(final int times) throws IOException {
        int answers = 0;
        try (PortMonitorClient client = PortMonitorClient.connect(pipe)) {
            while (answers < times) {
                assertThat(client.ask().completions()).isEqualTo(4);
                answers++;
            }
        }
        return answers;
    }

    /** A client without iocp4j; it tries again while all instances are busy. */
    private RandomAccessFile open() throws InterruptedException {
        for (;;) {
            try {
                return new RandomAccessFile(monitor.pipeName(), "rw");
            } catch (final IOException busyNow) {
                Thread.sleep(1);
            }
        }
    }

    private static boolean endsWithoutAByte(final RandomAccessFile raw) {
        try {
            return raw.read() < 0;
        } catch (final IOException hungUp) {
            return true;
        }
    }

    private static List<Long> keys(final List<OverlappedFile> files) {
        final List<Long> keys = new ArrayList<>();
        files.forEach(file -> keys.add(file.key()));
        return keys;
    }

    private static int codeOf(final ThrowingCallable call) {
        return catchThrowableOfType(Win32Exception.class, call).code();
    }
}

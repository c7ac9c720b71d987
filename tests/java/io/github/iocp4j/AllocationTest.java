package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.iocp4j.file.ChangeAction;
import io.github.iocp4j.file.ChangeFilter;
import io.github.iocp4j.file.DirectoryChanges;
import io.github.iocp4j.file.DirectoryWatch;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.NativeMemory;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.internal.raw.RawOperations;
import io.github.iocp4j.internal.raw.RawVector;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.pipe.PipeMode;
import io.github.iocp4j.socket.BufferList;
import io.github.iocp4j.socket.SocketAddressBuffer;
import io.github.iocp4j.socket.SocketClient;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.socket.UdpSocket;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A steady stream of completions allocates nothing on the Java heap, and needs one call from native code per batch. */
@Timeout(120)
final class AllocationTest {
    /** So many rounds must cost no bytes. */
    private static final int FREE_ROUNDS = 4;
    /** A busy machine compiles late, and the JVM allocates when it does. */
    private static final int MOST_ROUNDS = 40;
    private static final int MESSAGES = 600;
    private static final int FILES = 50;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** One step of a test, which may fail in any way. */
    private interface Round {
        void run() throws Exception;
    }

    @Test
    void receivingAMessageAllocatesNothing() throws Exception {
        final Receiver receiver = new Receiver();
        try (CompletionPort port = CompletionPort.builder(receiver).name("frugal").workers(2).open();
                CompletionPort senders = CompletionPort.open(batch -> { })) {
            final String name = PipePair.newName();
            NamedPipeServer.builder(port, name).mode(PipeMode.MESSAGE).direction(PipeDirection.INBOUND).open();
            final NamedPipe sender =
                    NamedPipeClient.builder(senders, name).direction(PipeDirection.OUTBOUND).connect();
            final ByteBuffer message = PipePair.buffer("a message");

            assertAllocatesNothing(() -> {
                // In groups, so that the pipe's buffer never fills up.
                for (int sent = 0; sent < MESSAGES; sent += 100) {
                    for (int i = 0; i < 100; i++) {
                        sender.write(message, 0);
                    }
                    await(receiver.messages, 100);
                }
            });

            assertThat(receiver.failures.get()).isZero();
        }
    }

    @Test
    void readingAFileAllocatesNothing(@TempDir final Path folder) throws Exception {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(100);
        final FilePosition start = FilePosition.at(0);
        final Semaphore reads = new Semaphore(0);
        final BatchListener listener = batch -> {
            for (int i = 0; i < batch.size(); i++) {
                // The token counts down how many are to follow.
                if (batch.token(i) > 0) {
                    ((OverlappedFile) batch.device(i)).read(buffer, start, batch.token(i) - 1);
                }
            }
            reads.release(batch.size());
        };
        final Path path = Files.write(folder.resolve("file"), new byte[buffer.capacity()]);
        try (CompletionPort port = CompletionPort.batchBuilder(listener).name("frugal").workers(2).open();
                OverlappedFile file = OverlappedFile.open(port, path)) {
            assertAllocatesNothing(() -> {
                file.read(buffer, start, MESSAGES - 1);
                await(reads, MESSAGES);
            });
        }
    }

    @Test
    void receivingFromASocketAllocatesNothing() throws Exception {
        assertReceivingAllocatesNothing(new ByteReceiver());
    }

    @Test
    void scatteringAndGatheringAllocatesNothing() throws Exception {
        assertReceivingAllocatesNothing(new Splitter());
    }

    @Test
    void operationsByAddressAllocateNothing() throws Exception {
        assertReceivingAllocatesNothing(new RawSplitter());
    }

    private static void assertReceivingAllocatesNothing(final Connection receiver) throws Exception {
        try (CompletionPort port = CompletionPort.batchBuilder(receiver).name("frugal").workers(2).open();
                CompletionPort senders = CompletionPort.open(batch -> { })) {
            final SocketServer server = SocketServer.builder(port, SocketPair.loopback()).open();
            final StreamSocket sender = SocketClient.builder(senders, server.localAddress()).connect(0);
            await(receiver.ready, 1);
            final ByteBuffer message = PipePair.buffer("a message");

            assertAllocatesNothing(() -> {
                for (int i = 0; i < MESSAGES; i++) {
                    sender.write(message, 0);
                }
                await(receiver.bytes, MESSAGES * message.capacity());
            });

            assertThat(receiver.failures.get()).isZero();
        }
    }

    @Test
    void receivingADatagramAndAnsweringItAllocatesNothing() throws Exception {
        final Answerer answerer = new Answerer();
        final Semaphore answers = new Semaphore(0);
        final BatchListener asking = batch -> {
            for (int i = 0; i < batch.size(); i++) {
                answers.release(batch.opcode(i) == Opcode.RECEIVE_FROM ? 1 : 0);
            }
        };
        try (CompletionPort port = CompletionPort.batchBuilder(answerer).name("frugal").workers(2).open();
                CompletionPort askers = CompletionPort.batchBuilder(asking).open()) {
            final UdpSocket server = UdpSocket.builder(port, SocketPair.loopback()).open();
            final UdpSocket asker = UdpSocket.builder(askers, SocketPair.loopback()).open();
            answerer.receive(server);
            final SocketAddressBuffer target = new SocketAddressBuffer(server.localAddress());
            final ByteBuffer answer = ByteBuffer.allocateDirect(100);
            final ByteBuffer question = PipePair.buffer("a question");

            assertAllocatesNothing(() -> {
                // One after another, because datagrams may be lost.
                for (int i = 0; i < MESSAGES / 4; i++) {
                    asker.receive(answer, new SocketAddressBuffer(), 0);
                    asker.send(question, target, 0);
                    await(answers, 1);
                }
            });

            assertThat(answerer.failures.get()).isZero();
        }
    }

    @Test
    void deliveringABatchAllocatesNothingAndIsOneCall() throws Exception {
        final AtomicLong calls = new AtomicLong();
        final Semaphore completions = new Semaphore(0);
        final BatchListener listener = batch -> {
            calls.incrementAndGet();
            completions.release(batch.size());
        };
        try (CompletionPort port = CompletionPort.batchBuilder(listener).name("frugal").workers(2).open()) {
            final int rounds = assertAllocatesNothing(() -> {
                for (int i = 0; i < MESSAGES; i++) {
                    port.post(0, 0, 0);
                }
                await(completions, MESSAGES);
            });

            final PortSnapshot snapshot = port.snapshot();
            assertThat(snapshot.batches()).isEqualTo(calls.get()).isLessThanOrEqualTo(snapshot.completions());
            assertThat(snapshot.completions()).isEqualTo(rounds * MESSAGES);
        }
    }

    @Test
    void countingChangesAllocatesNothing(@TempDir final Path folder) throws Exception {
        final Semaphore added = new Semaphore(0);
        final AtomicInteger failures = new AtomicInteger();
        final StringBuilder name = new StringBuilder(100);
        final AtomicInteger files = new AtomicInteger();
        // One at a time for one watch.
        final BatchListener listener = batch -> {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.status(i) != Win32Error.SUCCESS) {
                    failures.incrementAndGet();
                }
                final DirectoryChanges changes = ((DirectoryWatch) batch.device(i)).changes(batch.completion(i));
                int count = 0;
                while (changes.next()) {
                    name.setLength(0);
                    changes.appendName(name);
                    count += changes.action() == ChangeAction.ADDED && name.length() == changes.nameLength() ? 1 : 0;
                }
                added.release(count);
            }
        };
        try (CompletionPort port = CompletionPort.batchBuilder(listener).name("frugal").workers(2).open()) {
            DirectoryWatch.builder(port, folder).filter(Set.of(ChangeFilter.FILE_NAME)).open();

            assertAllocatesNothing(() -> {
                for (int i = 0; i < FILES; i++) {
                    Files.createFile(folder.resolve("file " + files.incrementAndGet()));
                }
                await(added, FILES);
            });

            assertThat(failures.get()).isZero();
        }
    }

    /**
     * The JVM's own work, such as linking and deoptimising, is charged to whatever thread it happens on. It comes once
     * and is over; what each message costs would show in every round. Returns the number of rounds.
     */
    private static int assertAllocatesNothing(final Round round) throws Exception {
        final List<Long> costs = new ArrayList<>();
        int free = 0;
        while (free < FREE_ROUNDS && costs.size() < MOST_ROUNDS) {
            final long before = allocatedByWorkers();
            round.run();
            costs.add(allocatedByWorkers() - before);
            free += costs.get(costs.size() - 1) == 0 ? 1 : 0;
        }
        assertThat(free).as("rounds that cost no bytes; the rounds cost %s", costs).isEqualTo(FREE_ROUNDS);
        return costs.size();
    }

    private static long allocatedByWorkers() {
        long sum = 0;
        for (final Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("frugal-worker-")) {
                sum += THREADS.getThreadAllocatedBytes(thread.getId());
            }
        }
        assertThat(sum).as("the workers are found by their name").isPositive();
        return sum;
    }

    private static void await(final Semaphore semaphore, final int permits) throws InterruptedException {
        assertThat(semaphore.tryAcquire(permits, Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    /** The receiving end of a TCP connection. */
    private abstract static class Connection implements BatchListener {
        final Semaphore ready = new Semaphore(0);
        final Semaphore bytes = new Semaphore(0);
        final AtomicInteger failures = new AtomicInteger();
    }

    /** Reads into two buffers, then writes them back, with deadlines and with one list. */
    private static final class Splitter extends Connection {
        private static final Duration LONG = Duration.ofSeconds(Recorder.TIMEOUT_SECONDS);

        private final ByteBuffer one = ByteBuffer.allocateDirect(4);
        private final ByteBuffer two = ByteBuffer.allocateDirect(100);
        private final BufferList list = new BufferList();

        @Override
        public void onCompletions(final CompletionBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                final StreamSocket socket = (StreamSocket) batch.device(i);
                if (batch.isEnd(i) || batch.isAborted(i) || batch.status(i) != Win32Error.SUCCESS) {
                    failures.incrementAndGet();
                } else if (batch.opcode(i) == Opcode.READ) {
                    bytes.release(batch.bytes(i));
                    socket.writeFrom(fill(), LONG, 0);
                } else {
                    ready.release(batch.opcode(i) == Opcode.ACCEPT ? 1 : 0);
                    socket.readInto(fill(), LONG, 0);
                }
            }
        }

        private BufferList fill() {
            return list.clear().add(one).add(two);
        }
    }

    /** Reads and scatters by turns, then writes what it has read from several parts, all by address. */
    private static final class RawSplitter extends Connection {
        private static final int ROOM = 100;

        private final ByteBuffer memory = ByteBuffer.allocateDirect(2 * ROOM);
        private final long address = NativeMemory.address(memory);
        private final ByteBuffer list = ByteBuffer.allocateDirect(RawVector.size(2));
        private final long listAddress = NativeMemory.address(list);
        private final RawVector vector = new RawVector(list);

        @Override
        public void onCompletions(final CompletionBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                final StreamSocket socket = (StreamSocket) batch.device(i);
                if (batch.isEnd(i) || batch.isAborted(i) || batch.status(i) != Win32Error.SUCCESS) {
                    failures.incrementAndGet();
                } else if (batch.opcode(i) == Opcode.READ) {
                    bytes.release(batch.bytes(i));
                    vector.set(0, address, 1);
                    vector.set(1, address + 1, batch.bytes(i));
                    RawOperations.writeGather(socket, listAddress, 2, RawOperations.NO_TIMEOUT, batch.token(i) + 1);
                } else if (batch.token(i) % 2 == 0) {
                    ready.release(batch.opcode(i) == Opcode.ACCEPT ? 1 : 0);
                    RawOperations.read(socket, address, ROOM, RawOperations.NO_TIMEOUT, batch.token(i));
                } else {
                    vector.set(0, address, ROOM);
                    vector.set(1, address + ROOM, ROOM);
                    RawOperations.readScatter(socket, listAddress, 2, 60_000, batch.token(i));
                }
            }
        }
    }

    /** Counts messages; a read is always in flight. */
    private static final class Receiver implements CompletionListener {
        final Semaphore messages = new Semaphore(0);
        final AtomicInteger failures = new AtomicInteger();
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(100);

        @Override
        public void onCompletion(final Completion completion) {
            final NamedPipe pipe = (NamedPipe) completion.device();
            if (completion.isEnd() || completion.isAborted() || completion.status() != Win32Error.SUCCESS) {
                failures.incrementAndGet();
                return;
            }
            if (completion.opcode() == Opcode.READ) {
                messages.release();
            }
            pipe.read(buffer.clear(), 0);
        }
    }

    /** Counts bytes; a read is always in flight. */
    private static final class ByteReceiver extends Connection {
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(100);

        @Override
        public void onCompletions(final CompletionBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.status(i) != Win32Error.SUCCESS) {
                    failures.incrementAndGet();
                    continue;
                }
                final StreamSocket socket = (StreamSocket) batch.device(i);
                if (batch.opcode(i) == Opcode.READ) {
                    bytes.release(batch.bytes(i));
                } else {
                    ready.release();
                }
                socket.read(buffer.clear(), 0);
            }
        }
    }

    /** Sends each datagram back to its sender. */
    private static final class Answerer implements BatchListener {
        final AtomicInteger failures = new AtomicInteger();
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(100);
        private final SocketAddressBuffer peer = new SocketAddressBuffer();

        void receive(final UdpSocket socket) {
            socket.receive(buffer.clear(), peer, 0);
        }

        @Override
        public void onCompletions(final CompletionBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                final UdpSocket socket = (UdpSocket) batch.device(i);
                if (batch.status(i) != Win32Error.SUCCESS) {
                    failures.incrementAndGet();
                } else if (batch.opcode(i) == Opcode.RECEIVE_FROM) {
                    socket.send(buffer.clear().limit(batch.bytes(i)), peer, 0);
                } else {
                    receive(socket);
                }
            }
        }
    }
}

package io.github.iocp4j.internal.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.fixtures.NativeMemory;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.PipeMode;
import io.github.iocp4j.socket.SocketAddressBuffer;
import io.github.iocp4j.socket.SocketClient;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.socket.UdpSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The owner of the memory gives it back at the completion, while other threads cancel operations and close devices. The
 * kernel writes only to the memory of the operation, and not after the completion: what was given back stays as it is.
 */
@Timeout(300)
final class RawMemoryTest {
    private static final Duration LONG = Duration.ofSeconds(Recorder.TIMEOUT_SECONDS);
    private static final int ROUNDS = 150;
    private static final int OPERATIONS = 24;
    private static final int EDGE = 64;
    private static final int ROOM = 256;
    private static final byte CANARY = 0x55;
    private static final byte EMPTY = 0x11;
    private static final byte DATA = 0x22;
    private static final byte GIVEN_BACK = 0x77;

    private final Map<Long, Use> inFlight = new ConcurrentHashMap<>();
    private final Queue<Block> givenBack = new ConcurrentLinkedQueue<>();
    private final Queue<String> flaws = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Device> opened = new LinkedBlockingQueue<>();
    private final Map<Opcode, AtomicInteger> completed = new ConcurrentHashMap<>();
    private final AtomicInteger inline = new AtomicInteger();
    private final AtomicInteger freed = new AtomicInteger();
    private long tokens;

    /** Memory with a canary on either side of what the kernel may use. */
    private static final class Block {
        final ByteBuffer memory = ByteBuffer.allocateDirect(EDGE + ROOM + EDGE);
        final long address = NativeMemory.address(memory) + EDGE;

        Block filledWith(final byte content) {
            for (int i = 0; i < memory.capacity(); i++) {
                memory.put(i, isRoom(i) ? content : CANARY);
            }
            return this;
        }

        void giveBack() {
            for (int i = 0; i < memory.capacity(); i++) {
                memory.put(i, GIVEN_BACK);
            }
        }

        boolean is(final byte content, final int from, final int to) {
            for (int i = from; i < to; i++) {
                if (memory.get(i) != content) {
                    return false;
                }
            }
            return true;
        }

        boolean hasCanaries() {
            return is(CANARY, 0, EDGE) && is(CANARY, EDGE + ROOM, memory.capacity());
        }

        private static boolean isRoom(final int index) {
            return index >= EDGE && index < EDGE + ROOM;
        }
    }

    /** The memory of one operation: one block, for a gather or scatter several, for a datagram also that of a peer. */
    private static final class Use {
        final Opcode opcode;
        final List<Block> blocks = new ArrayList<>();
        Block peer;

        Use(final Opcode opcode, final int count) {
            this.opcode = opcode;
            final boolean reads = opcode == Opcode.READ || opcode == Opcode.RECEIVE_FROM;
            for (int i = 0; i < count; i++) {
                blocks.add(new Block().filledWith(reads ? EMPTY : DATA));
            }
        }

        /** What is wrong with the memory after so many bytes; null when nothing is. */
        String flaw(final int bytes) {
            if (opcode == Opcode.WRITE || opcode == Opcode.SEND_TO) {
                return blocks.stream().allMatch(block -> block.hasCanaries() && block.is(DATA, EDGE, EDGE + ROOM))
                        ? null : "the data of a write has changed";
            }
            int left = bytes;
            for (final Block block : blocks) {
                final int here = Math.min(left, ROOM);
                if (!block.is(DATA, EDGE, EDGE + here) || !block.is(EMPTY, EDGE + here, EDGE + ROOM)) {
                    return "not the " + bytes + " bytes that were read";
                }
                left -= here;
                if (!block.hasCanaries()) {
                    return "written outside of the memory";
                }
            }
            return peer == null || peer.hasCanaries() ? null : "written outside of the peer's memory";
        }
    }

    /** One operation. */
    private interface Start {
        long with(Use use, long token);
    }

    @Test
    void isUsedOnlyUntilTheCompletionThroughCancelsAndCloses() throws Exception {
        final Random random = new Random(17);
        try (CompletionPort port = CompletionPort.builder(this::heard).workers(3).open()) {
            for (int round = 0; round < ROUNDS; round++) {
                switch (round % 3) {
                    case 0:
                        final PipePair pipes = PipePair.open(port, PipeMode.BYTE,
                                () -> (NamedPipe) nextOpened());
                        storm(random, pipes.client, pipes.server);
                        break;
                    case 1:
                        storm(random, connected(port, random));
                        break;
                    default:
                        storm(random, UdpSocket.builder(port, SocketPair.loopback()).open(),
                                UdpSocket.builder(port, SocketPair.loopback()).open());
                        break;
                }
                checkWhatWasGivenBack();
            }
            final PortSnapshot snapshot = port.snapshot();
            assertThat(snapshot.operationsQuarantined()).isZero();
            assertThat(snapshot.unbalancedDevices()).isZero();
        }
        checkWhatWasGivenBack();
        assertThat(inFlight).as("without a completion").isEmpty();
        assertThat(completed).containsOnlyKeys(Opcode.READ, Opcode.WRITE, Opcode.RECEIVE_FROM, Opcode.SEND_TO);
        System.out.println("Figures: " + completed + " raw completions, " + inline + " inline; " + freed
                + " blocks freed at once");
    }

    private Device nextOpened() throws InterruptedException {
        final Device device = opened.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
        assertThat(device).isNotNull();
        return device;
    }

    private StreamDevice[] connected(final CompletionPort port, final Random random) throws Exception {
        try (SocketServer server = SocketServer.builder(port, SocketPair.loopback()).listening(1).open()) {
            SocketClient.builder(port, server.localAddress()).connect(0);
            // One of the accept, one of the connect.
            final StreamSocket[] ends = {(StreamSocket) nextOpened(), (StreamSocket) nextOpened()};
            if (random.nextBoolean()) {
                ends[1].completeInline();
            }
            return ends;
        }
    }

    /** Starts operations on both devices while another thread cancels some and closes them. */
    private void storm(final Random random, final StreamDevice... devices) throws Exception {
        final Queue<Long> operations = new ConcurrentLinkedQueue<>();
        final long seed = random.nextLong();
        final Thread other = new Thread(() -> cancelAndClose(new Random(seed), operations, devices));
        other.start();
        for (int i = 0; i < OPERATIONS; i++) {
            final StreamDevice device = devices[random.nextInt(2)];
            final StreamDevice peer = device == devices[0] ? devices[1] : devices[0];
            final long operation = device instanceof UdpSocket
                    ? startDatagram(random, (UdpSocket) device, (UdpSocket) peer) : startTransfer(random, device);
            if (operation > 0) {
                operations.add(operation);
            }
        }
        other.join();
        for (final StreamDevice device : devices) {
            assertThat(device.close(LONG)).isTrue();
        }
    }

    private static void cancelAndClose(
            final Random random, final Queue<Long> operations, final StreamDevice... devices) {
        for (int i = 0; i < OPERATIONS / 2; i++) {
            final Long operation = operations.poll();
            if (operation == null) {
                Thread.yield();
            } else {
                devices[0].cancel(operation);
                devices[1].cancel(operation);
            }
            if (random.nextInt(OPERATIONS) == 0) {
                devices[random.nextInt(2)].cancelAll();
            }
        }
        devices[random.nextInt(2)].closeAsync();
    }

    private long startTransfer(final Random random, final StreamDevice device) {
        final boolean reads = random.nextInt(3) != 0;
        final int timeout = random.nextInt(4) == 0 ? 1 + random.nextInt(15) : RawOperations.NO_TIMEOUT;
        final Opcode opcode = reads ? Opcode.READ : Opcode.WRITE;
        if (device instanceof StreamSocket && random.nextBoolean()) {
            final ByteBuffer list = ByteBuffer.allocateDirect(RawVector.size(3));
            final RawVector vector = new RawVector(list);
            final StreamSocket socket = (StreamSocket) device;
            return start(new Use(opcode, 3), (use, token) -> {
                for (int i = 0; i < 3; i++) {
                    vector.set(i, use.blocks.get(i).address, ROOM);
                }
                final long at = NativeMemory.address(list);
                return reads ? RawOperations.readScatter(socket, at, 3, timeout, token)
                        : RawOperations.writeGather(socket, at, 3, timeout, token);
            });
        }
        return start(new Use(opcode, 1), (use, token) -> {
            final long at = use.blocks.get(0).address;
            return reads ? RawOperations.read(device, at, ROOM, timeout, token)
                    : RawOperations.write(device, at, ROOM, timeout, token);
        });
    }

    private long startDatagram(final Random random, final UdpSocket device, final UdpSocket peer) {
        final boolean reads = random.nextInt(3) != 0;
        final int timeout = random.nextInt(4) == 0 ? 1 + random.nextInt(15) : RawOperations.NO_TIMEOUT;
        final Use use = new Use(reads ? Opcode.RECEIVE_FROM : Opcode.SEND_TO, 1);
        use.peer = new Block().filledWith(EMPTY);
        final SocketAddressBuffer address = SocketAddressBuffer.in(use.peer.memory.duplicate().position(EDGE));
        if (!reads) {
            address.set(peer.localAddress());
        }
        return start(use, (memory, token) -> {
            final long at = memory.blocks.get(0).address;
            return reads ? RawOperations.receive(device, at, ROOM, memory.peer.address, timeout, token)
                    : RawOperations.send(device, at, ROOM, memory.peer.address, timeout, token);
        });
    }

    /** Returns the operation's id, or 0 when it is over already. */
    private long start(final Use use, final Start start) {
        final long token = ++tokens;
        inFlight.put(token, use);
        try {
            final long started = start.with(use, token);
            if (!InlineCompletion.is(started)) {
                return started;
            }
            inline.incrementAndGet();
            over(token, use.opcode, InlineCompletion.bytes(started));
        } catch (final DeviceClosedException | OperationLimitException refused) {
            over(token, use.opcode, 0);
        }
        return 0;
    }

    private void heard(final Completion completion) {
        if (completion.opcode() == Opcode.ACCEPT || completion.opcode() == Opcode.CONNECT) {
            if (completion.status() == Win32Error.SUCCESS) {
                opened.add(completion.device());
            }
            return;
        }
        completed.computeIfAbsent(completion.opcode(), opcode -> new AtomicInteger()).incrementAndGet();
        over(completion.token(), completion.opcode(), completion.bytes());
    }

    /** Checks the memory and gives it back: by turns it is kept to be checked once more, or freed at once. */
    private void over(final long token, final Opcode opcode, final int bytes) {
        final Use use = inFlight.remove(token);
        if (use == null || use.opcode != opcode) {
            flaws.add("an unexpected completion of " + opcode + ", token " + token);
            return;
        }
        final String flaw = use.flaw(bytes);
        if (flaw != null) {
            flaws.add(opcode + ", token " + token + ": " + flaw);
        }
        if (use.peer != null) {
            use.blocks.add(use.peer);
        }
        for (final Block block : use.blocks) {
            block.giveBack();
            if (token % 4 == 0) {
                freed.incrementAndGet();
                NativeMemory.free(block.memory);
            } else {
                givenBack.add(block);
            }
        }
    }

    private void checkWhatWasGivenBack() {
        assertThat(flaws).isEmpty();
        for (Block block = givenBack.poll(); block != null; block = givenBack.poll()) {
            assertThat(block.is(GIVEN_BACK, 0, block.memory.capacity())).as("written after its completion").isTrue();
        }
    }
}

package io.github.iocp4j;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever Java passes to the methods of {@link PortNative} and its like, nothing is read or written outside the
 * buffers, nobody else's device is touched, and the JVM lives. The calls are drawn at random; the name of a failed test
 * tells its seed.
 */
@Timeout(300)
final class HostileCallsTest {
    private static final Duration LONG = Duration.ofSeconds(Recorder.PATIENCE_SECONDS);
    private static final int CALLS = 4_000;
    /** How long the devices that are ill-treated last before there are new ones. */
    private static final int CALLS_PER_ROUND = 250;
    private static final int SLICE = 512;
    private static final byte CANARY = (byte) 0xEE;
    private static final byte DATA = 0x11;
    private static final int FSCTL_PIPE_TRANSCEIVE = 0x11c017;
    /** Few enough that the calls reach it. */
    private static final int CEILING = 300;

    private static final int[] INTS = {
        0, 1, -1, 2, 3, 4, 7, 8, 255, 256, SLICE - 1, SLICE, SLICE + 1, 4096, 65_536, 1 << 24, (1 << 24) + 1,
        Integer.MAX_VALUE, Integer.MAX_VALUE - 1, Integer.MAX_VALUE - SLICE, Integer.MIN_VALUE, Integer.MIN_VALUE + 1,
        -SLICE, 1 << 30, 1 << 31
    };
    private static final long[] LONGS = {
        0, 1, 2, -1, -2, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE + 1, Integer.MAX_VALUE,
        Integer.MIN_VALUE, 0xffff_ffffL, 0x1_0000_0000L, 0x1_00ff_ffffL, 0x1_000f_ffffL, 0x7fff_ffff_0000_0000L,
        1L << 62, 1L << 62 | 1L << 24, 1L << 31, 0x8000_0000_0000_0001L
    };

    @TempDir
    private Path folder;

    private final Recorder victims = new Recorder();
    private final Map<Long, AtomicInteger> completed = new ConcurrentHashMap<>();
    private final Map<Long, Integer> lengths = new ConcurrentHashMap<>();
    private final Queue<String> flaws = new ConcurrentLinkedQueue<>();
    private final Queue<Device> connections = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> answers = new LinkedHashMap<>();
    private final List<ByteBuffer> whole = new ArrayList<>();
    private final List<ByteBuffer> slices = new ArrayList<>();
    /** Keys, ids and operations, of whatever kind and whether they still mean anything. */
    private final List<Long> numbers = new ArrayList<>();
    /** Device keys that mean what they say, and must not be used for it. */
    private final Set<Long> victimKeys = new HashSet<>();
    private final Set<Long> accepted = new HashSet<>();
    private long tokens;
    private Random random;

    private CompletionPort victimPort;
    private NamedPipeServer victimServer;
    private PipePair victimPair;
    private CompletionPort port;
    private NamedPipeServer server;

    static List<Long> seeds() {
        return List.of(1L, 2L, System.nanoTime());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void harmNobody(final long seed) throws Exception {
        // Should the JVM not live to tell.
        System.out.println("Hostile calls with seed " + seed);
        random = new Random(seed);
        makeBuffers();
        try (CompletionPort quiet = CompletionPort.builder(victims).name("victim").open()) {
            victimPort = quiet;
            openVictims();
            for (int call = 0; call < CALLS; call++) {
                if (call % CALLS_PER_ROUND == 0) {
                    closeTargets();
                    openTargets();
                }
                call();
            }
            closeTargets();
            assertAllCompletedOnce();
            assertCanariesAlive();
            assertVictimsUnharmed();
        }
        assertThat(flaws).isEmpty();
        assertThat(answers).as("calls of every kind were answered in both ways")
                .containsKeys("read +", "read -", "write +", "write -", "listen +", "listen -", "post +", "post -",
                        "openPort +", "openPort -", "openPipeServer +", "openPipeServer -", "connectPipe +",
                        "connectPipe -", "transact +", "transact -", "control +", "control -",
                        "openWatch +", "openWatch -", "startWatch +", "startWatch -");
    }

    /** What the random calls have found once is tried always. */
    @Test
    void ofKnownKindsAreRefused() throws Exception {
        random = new Random(0);
        makeBuffers();
        try (CompletionPort quiet = CompletionPort.builder(victims).name("victim").open()) {
            victimPort = quiet;
            openVictims();
            openTargets();
            final ByteBuffer slice = slices.get(0);
            final long pipe = connections.peek().key();
            final long[] counters = new long[PortSnapshot.COUNTERS];

            assertThat(DeviceNative.read(pipe, null, 0, 0, 0, 0, -1)).isEqualTo(-Refusal.BAD_BUFFER.code());
            assertThat(DeviceNative.read(pipe, slice, SLICE, 1, 0, 0, -1)).isEqualTo(-Refusal.BAD_BUFFER.code());
            assertThat(DeviceNative.read(victimPort.id(), slice, 0, 1, 0, 0, -1)).as("a port is no device")
                    .isEqualTo(-Refusal.DEVICE_CLOSED.code());
            assertThat(DeviceNative.close(victimPort.id(), 0)).as("closed as far as devices go").isTrue();
            assertThat(DeviceNative.name(victimPort.id())).isEmpty();
            assertThat(PortNative.post(victimPair.server.key(), 0, 0, 0)).as("a device is no port")
                    .isEqualTo(-Refusal.PORT_CLOSED.code());
            assertThat(PortNative.snapshot(victimPair.server.key(), counters)).isNull();
            assertThat(PortNative.closePort(victimPair.server.key(), 0)).isTrue();
            assertThat(NamedPipeNative.listen(victimPair.server.key())).as("a connection is no server")
                    .isEqualTo(-Refusal.DEVICE_CLOSED.code());
            assertThat(DeviceNative.close(pipe + (1L << 32), Integer.MAX_VALUE)).as("a key to come").isTrue();
            assertThat(PortNative.closePort(port.id() + (1L << 32), Integer.MAX_VALUE)).as("a port to come").isTrue();
            assertThat(PortNative.snapshot(port.id(), null)).isNull();
            assertThat(PortNative.snapshot(port.id(), new long[PortSnapshot.COUNTERS - 1])).isNull();
            assertThat(PortNative.openPort(null, "x", 0, 0, 1, 1, false)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            for (final int[] settings : new int[][] {{-1, 1, 1, 1}, {1025, 1, 1, 1}, {1, -1, 1, 1}, {1, 1025, 1, 1},
                {1, 1, 0, 1}, {1, 1, -1, 1}, {1, 1, 4097, 1}, {1, 1, 1, 0}, {1, 1, 1, -1}, {1, 1, 1, (1 << 24) + 1}}) {
                assertThat(PortNative.openPort(
                        dispatcher(), "x", settings[0], settings[1], settings[2], settings[3], false))
                        .as("%d %d %d %d", settings[0], settings[1], settings[2], settings[3])
                        .isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            assertThat(NamedPipeNative.connect(port.id(), null, 3, false, 1, 0)).isNegative();
            assertThat(NamedPipeNative.connect(port.id(), server.name(), 4, false, 1, 0))
                    .isEqualTo(-Win32Error.INVALID_PARAMETER);
            for (final int[] settings : new int[][] {{0, 0, 0, 0, 1, 1}, {4, 0, 0, 0, 1, 1}, {3, 2, 0, 0, 1, 1},
                {3, -1, 0, 0, 1, 1}, {3, 0, -1, 0, 1, 1}, {3, 0, 0, (1 << 24) + 1, 1, 1}, {3, 0, 0, 0, 0, 1},
                {3, 0, 0, 0, 256, 1}, {3, 0, 0, 0, 255, 0}, {3, 0, 0, 0, 255, 1025}, {3, 0, 0, 0, 255, -1}}) {
                assertThat(NamedPipeNative.openServer(port.id(), newPipe(), settings[0], settings[1], settings[2],
                        settings[3], settings[4], settings[5], false, "", 0)).as("%d %d %d %d %d %d", settings[0],
                                settings[1], settings[2], settings[3], settings[4], settings[5])
                        .isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            assertThat(NamedPipeNative.openServer(port.id(), null, 3, 0, 0, 0, 1, 1, false, null, 0)).isNegative();
            for (final ByteBuffer[] memory : oddMemory()) {
                assertThat(DirectoryWatchNative.open(port.id(), folder.toString(), 1, true, memory, 0))
                        .as("%s", (Object) memory)
                        .isIn(-(long) Win32Error.INVALID_PARAMETER, -(long) Refusal.BAD_BUFFER.code());
            }
            for (final int filter : new int[] {0, 0x80, 0x200, -1, Integer.MIN_VALUE}) {
                assertThat(DirectoryWatchNative.open(port.id(), folder.toString(), filter, true, soundMemory(), 0))
                        .isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            assertThat(DirectoryWatchNative.open(pipe, folder.toString(), 1, true, soundMemory(), 0))
                    .isEqualTo(-Refusal.PORT_CLOSED.code());
            assertThat(DirectoryWatchNative.open(port.id(), null, 1, true, soundMemory(), 0)).isNegative();
            assertThat(DirectoryWatchNative.start(pipe)).as("a pipe is no directory")
                    .isEqualTo(-Refusal.WRONG_DEVICE.code());
            assertThat(DirectoryWatchNative.start(port.id())).isEqualTo(-Refusal.DEVICE_CLOSED.code());
            closeTargets();
            assertCanariesAlive();
            assertVictimsUnharmed();
        }
    }

    private void makeBuffers() {
        for (int i = 0; i < 8; i++) {
            // Odd addresses, too.
            final ByteBuffer memory = ByteBuffer.allocateDirect(3 * SLICE + i);
            for (int at = 0; at < memory.capacity(); at++) {
                memory.put(at, CANARY);
            }
            final ByteBuffer slice = memory.position(SLICE + i).limit(2 * SLICE + i).slice();
            for (int at = 0; at < SLICE; at++) {
                slice.put(at, DATA);
            }
            memory.clear();
            whole.add(memory);
            slices.add(slice);
        }
    }

    private void openVictims() throws Exception {
        victimServer = NamedPipeServer.builder(victimPort, newPipe()).listening(2).open();
        victimPair = PipePair.open(victimPort, victims, PipeMode.BYTE);
        numbers.add(victimPair.server.read(ByteBuffer.allocateDirect(10), 1));
        numbers.add(victimPair.client.read(ByteBuffer.allocateDirect(10), 2));
        numbers.add(victimPort.id());
        for (final DeviceSnapshot device : victimPort.snapshot().devices()) {
            numbers.add(device.key());
            victimKeys.add(device.key());
        }
    }

    /** The devices that hostile calls may hit. */
    private void openTargets() throws Exception {
        port = CompletionPort.builder(this::heard).name("target").operations(CEILING).workers(2).open();
        server = NamedPipeServer.builder(port, newPipe()).listening(2).mode(PipeMode.MESSAGE).open();
        for (int i = 0; i < 2; i++) {
            connections.add(NamedPipeClient.builder(port, server.name()).connect());
        }
        while (connections.size() < 4) {
            // The two accepts; the test's timeout ends this.
            Thread.sleep(1);
        }
        numbers.add(port.id());
        for (final DeviceSnapshot device : port.snapshot().devices()) {
            numbers.add(device.key());
        }
    }

    private void closeTargets() {
        if (port != null) {
            assertThat(port.close(LONG)).as("closed in time").isTrue();
            connections.clear();
        }
    }

    private void heard(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.opcode(i) == Opcode.ACCEPT) {
                if (batch.status(i) == Win32Error.SUCCESS) {
                    connections.add(batch.device(i));
                }
            } else if (batch.opcode(i) != Opcode.POST && batch.opcode(i) != Opcode.CHANGE) {
                completed.computeIfAbsent(batch.token(i), token -> new AtomicInteger()).incrementAndGet();
                // The record may come before the call that started it has returned.
                final Integer length = lengths.get(batch.token(i));
                if (length == null || batch.bytes(i) < 0 || batch.bytes(i) > length) {
                    flaws.add(batch.bytes(i) + " bytes for a length of " + length);
                }
            }
        }
    }

    private void call() throws Exception {
        switch (random.nextInt(19)) {
            case 0:
            case 1:
            case 2:
                submit(true);
                break;
            case 3:
            case 4:
            case 5:
                submit(false);
                break;
            case 6:
            case 7:
                // A victim's operation by way of another device, or something that never was an operation.
                DeviceNative.cancel(deviceKey(), number());
                break;
            case 8:
                DeviceNative.cancelAll(deviceKey());
                break;
            case 9:
                answered("listen",
                        NamedPipeNative.listen(random.nextInt(3) == 0 ? server.key() : connectionOrNumber()));
                break;
            case 10:
                answered("post", PortNative.post(random.nextBoolean() ? port.id() : portId(), number(), integer(),
                        number()));
                break;
            case 11:
                look();
                break;
            case 12:
                connect();
                break;
            case 13:
                if (random.nextInt(4) == 0) {
                    serve();
                } else if (random.nextInt(4) == 0) {
                    watch();
                }
                break;
            case 14:
                if (random.nextInt(16) == 0) {
                    openPort();
                }
                break;
            case 15:
                submitWithTwo(true);
                break;
            case 16:
                submitWithTwo(false);
                break;
            case 17:
                mistake();
                break;
            default:
                close();
                break;
        }
    }

    private void submit(final boolean read) {
        final long key = random.nextInt(4) == 0 ? deviceKey() : connection();
        final ByteBuffer buffer = buffer();
        final boolean sensible = random.nextBoolean();
        final int offset = sensible ? random.nextInt(SLICE) : integer();
        final int length = sensible ? random.nextInt(SLICE - offset + 1) : integer();
        final int deadline = integer();
        final long token = tokens++;
        lengths.put(token, length);
        final long answer = read ? DeviceNative.read(key, buffer, offset, length, number(), token, deadline)
                : DeviceNative.write(key, buffer, offset, length, number(), token, deadline);
        answered(read ? "read" : "write", answer);
        final boolean within = buffer != null && buffer.isDirect() && offset >= 0 && length >= 0
                && (long) offset + length <= buffer.capacity();
        if (answer > 0) {
            accepted.add(token);
            numbers.add(answer);
            assertThat(within).as("offset %d length %d was accepted", offset, length).isTrue();
        } else {
            final List<Long> reasons = new ArrayList<>(List.of(-(long) Refusal.DEVICE_CLOSED.code()));
            reasons.add(within ? -(long) Refusal.OPERATION_LIMIT.code() : -(long) Refusal.BAD_BUFFER.code());
            assertThat(answer).as("offset %d length %d of %s", offset, length, buffer).isIn(reasons);
        }
    }

    /** A transaction, as such or by DeviceIoControl. */
    private void submitWithTwo(final boolean transact) {
        final long key = random.nextInt(4) == 0 ? deviceKey() : connection();
        final ByteBuffer in = random.nextInt(4) == 0 ? null : buffer();
        final ByteBuffer out = random.nextInt(4) == 0 ? null : buffer();
        final boolean sensible = random.nextBoolean();
        final int inOffset = sensible ? random.nextInt(SLICE) : integer();
        final int inLength = sensible ? random.nextInt(SLICE - inOffset + 1) : integer();
        final int outOffset = sensible ? random.nextInt(SLICE) : integer();
        final int outLength = sensible ? random.nextInt(SLICE - outOffset + 1) : integer();
        final long token = tokens++;
        lengths.put(token, out == null ? 0 : outLength);
        final long answer = transact
                ? NamedPipeNative.transact(key, in, inOffset, inLength, out, outOffset, outLength, token, integer())
                : DeviceNative.control(key, FSCTL_PIPE_TRANSCEIVE, in, inOffset, inLength, out, outOffset, outLength,
                        token, integer());
        answered(transact ? "transact" : "control", answer);
        if (answer > 0) {
            accepted.add(token);
            numbers.add(answer);
            assertThat(reachable(in, inOffset, inLength, transact) && reachable(out, outOffset, outLength, transact))
                    .as("%d %d %d %d was accepted", inOffset, inLength, outOffset, outLength).isTrue();
        }
    }

    private static boolean reachable(
            final ByteBuffer buffer, final int offset, final int length, final boolean needed) {
        return buffer == null ? !needed
                : buffer.isDirect() && offset >= 0 && length >= 0 && (long) offset + length <= buffer.capacity();
    }

    /** Calls on devices of another kind than they are for, or on none. */
    private void mistake() {
        final long key = deviceKey();
        final List<Long> refusals =
                List.of(-(long) Refusal.DEVICE_CLOSED.code(), -(long) Refusal.WRONG_DEVICE.code());
        assertThat(ChildPipeNative.childEnd(key)).isIn(refusals);
        assertThat(ChildPipeNative.closeChildEnd(key)).isIn(refusals);
        assertThat(MailslotNative.contents(key)).isIn(refusals);
        assertThat(SerialPortNative.awaitEvents(key, integer(), number(), integer())).isIn(refusals);
        assertThat(SerialPortNative.escape(key, integer())).isIn(refusals);
        assertThat(SerialPortNative.modemStatus(key)).isIn(refusals);
        assertThat(SerialPortNative.purge(key, integer())).isIn(refusals);
        assertThat(NamedPipeNative.flush(server.key())).isIn(refusals);
        assertThat(NamedPipeNative.disconnect(server.key())).isIn(refusals);
        answered("disconnect", NamedPipeNative.disconnect(key));
        assertThat(ForeignDeviceNative.adopt(random.nextBoolean() ? port.id() : portId(), -random.nextInt(2), true))
                .isNegative();
        // Not of any number: a handle of the JVM's may be one that is being read, and would be waited for.
        assertThat(ForeignDeviceNative.traits(-random.nextInt(2))).isZero();
        assertThat(SerialPortNative.open(port.id(), random.nextBoolean() ? "x" : null,
                random.nextBoolean() ? null : new int[random.nextInt(14)])).isNegative();
        assertThat(ChildPipeNative.open(port.id(), 4 + random.nextInt(9), false, 0)).isNegative();
        assertThat(MailslotNative.openServer(port.id(), random.nextBoolean() ? null : "x", integer(), integer(), null))
                .isNegative();
    }

    /** Calls that only tell something, and may be asked about anybody. */
    private void look() {
        assertThat(PortNative.errorMessage(random.nextBoolean() ? integer() : random.nextInt())).isNotNull();
        assertThat(DeviceNative.name(number())).isNotNull();
        DeviceNative.exists(number());
        NamedPipeNative.serverProcessId(number());
        NamedPipeNative.peek(number());
        NamedPipeNative.peerSessionId(number());
        NamedPipeNative.keepsMessages(number());
        final int counters = random.nextInt(PortSnapshot.COUNTERS + 3) - 1;
        final long[] found = PortNative.snapshot(random.nextBoolean() ? port.id() : number(),
                counters < 0 ? null : new long[counters]);
        assertThat(counters < PortSnapshot.COUNTERS && found != null).isFalse();
    }

    private void connect() {
        final String[] names = {server.name(), server.name(), "", null, "\\\\.\\pipe\\", "\\\\.\\pipe\\nobody", "x\0y",
            "C:\\", "y".repeat(40_000)};
        // A busy pipe would be waited for, so that the wait is short.
        final int milliseconds = new int[] {0, -1, Integer.MIN_VALUE, 1, 5}[random.nextInt(5)];
        final boolean sensible = random.nextBoolean();
        final long key = NamedPipeNative.connect(random.nextInt(4) == 0 ? portId() : port.id(),
                sensible ? server.name() : names[random.nextInt(names.length)], sensible ? 3 : integer(),
                random.nextBoolean(), sensible ? 1 : integer(), milliseconds);
        answered("connectPipe", key);
        if (key > 0) {
            numbers.add(key);
        }
    }

    private void serve() {
        final String[] names = {newPipe(), "", null, "\\\\.\\pipe\\", "x", "\\\\.\\pipe\\a\0b", "y".repeat(40_000)};
        final String[] security = {"", null, "D:", "nonsense", "D:(A;;GA;;;WD)", "D:(".repeat(1_000)};
        final boolean sensible = random.nextBoolean();
        final long key = NamedPipeNative.openServer(random.nextInt(8) == 0 ? portId() : port.id(),
                sensible ? newPipe() : names[random.nextInt(names.length)], sensible ? 3 : integer(),
                sensible ? 1 : integer(), sensible ? SLICE : integer(), sensible ? 0 : integer(),
                sensible ? 255 : integer(), 1 + random.nextInt(3), random.nextBoolean(),
                sensible ? "" : security[random.nextInt(security.length)], number());
        answered("openPipeServer", key);
        if (key > 0) {
            numbers.add(key);
        }
    }

    private void watch() {
        final String[] paths = {"", null, folder.resolve("missing").toString(), "\\\\.\\pipe\\", "a\0b",
            "y".repeat(40_000)};
        final List<ByteBuffer[]> odd = oddMemory();
        final boolean sensible = random.nextBoolean();
        final long key = DirectoryWatchNative.open(random.nextInt(8) == 0 ? portId() : port.id(),
                sensible ? folder.toString() : paths[random.nextInt(paths.length)], sensible ? 1 : integer(),
                random.nextBoolean(), sensible ? soundMemory() : odd.get(random.nextInt(odd.size())), number());
        answered("openWatch", key);
        if (key > 0) {
            numbers.add(key);
        }
        answered("startWatch", DirectoryWatchNative.start(sensible && key > 0 ? key : deviceKey()));
    }

    private static ByteBuffer[] soundMemory() {
        return new ByteBuffer[] {ByteBuffer.allocateDirect(4_096), ByteBuffer.allocateDirect(4_096)};
    }

    /** What Windows must not be told to write changes to. */
    private List<ByteBuffer[]> oddMemory() {
        final ByteBuffer sound = ByteBuffer.allocateDirect(4_096);
        final List<ByteBuffer[]> odd = new ArrayList<>();
        odd.add(null);
        odd.add(new ByteBuffer[0]);
        odd.add(new ByteBuffer[] {sound});
        odd.add(new ByteBuffer[17]);
        odd.add(new ByteBuffer[] {sound, null});
        odd.add(new ByteBuffer[] {sound, ByteBuffer.allocate(4_096)});
        odd.add(new ByteBuffer[] {sound, ByteBuffer.allocateDirect(4_095)});
        odd.add(new ByteBuffer[] {sound, ByteBuffer.allocateDirect((1 << 20) + 1)});
        odd.add(new ByteBuffer[] {sound, ByteBuffer.allocateDirect(8_192).position(1).slice()});
        odd.add(new ByteBuffer[] {slices.get(0), slices.get(1)});
        return odd;
    }

    private void openPort() {
        // What would be accepted and is merely large is left to another test.
        final int[] threads = {0, 1, 2, -1, 1_025, Integer.MAX_VALUE, Integer.MIN_VALUE};
        final int[] batches = {1, 2, 256, 4_096, 0, -1, 4_097, Integer.MAX_VALUE, Integer.MIN_VALUE};
        final int[] operations = {1, 64, 0, -1, (1 << 24) + 1, Integer.MAX_VALUE, Integer.MIN_VALUE};
        final boolean sensible = random.nextBoolean();
        final long id = PortNative.openPort(sensible || random.nextBoolean() ? dispatcher() : null,
                random.nextBoolean() ? "" : null, sensible ? 0 : threads[random.nextInt(threads.length)],
                sensible ? 1 : threads[random.nextInt(threads.length)], batches[sensible ? 1
                        : random.nextInt(batches.length)], operations[sensible ? 1
                        : random.nextInt(operations.length)], random.nextInt(4) == 0);
        answered("openPort", id);
        if (id > 0) {
            numbers.add(id);
            assertThat(PortNative.closePort(id, Integer.MAX_VALUE)).isTrue();
        }
    }

    private void close() throws Exception {
        final int what = random.nextInt(24);
        if (what == 0) {
            DeviceNative.close(server.key(), integer());
        } else if (what < 4) {
            DeviceNative.close(connection(), integer());
        } else {
            // A number that is a device's own key closes that device, which is what it is for.
            DeviceNative.close(deviceKey(), integer());
            final long id = portId();
            if (id != port.id()) {
                PortNative.closePort(id, integer());
            }
        }
        while (connections.size() < 4 && server.isOpen() && connectable()) {
            // Until its accept has been heard of as well.
            Thread.sleep(1);
        }
    }

    /** Makes up for a connection that was closed; false when the server was hit. */
    private boolean connectable() {
        connections.removeIf(device -> DeviceNative.name(device.key()).isEmpty());
        if (connections.size() >= 4) {
            return true;
        }
        final long key = NamedPipeNative.connect(port.id(), server.name(), 3, false, 1, 0);
        if (key > 0) {
            connections.add(port.register(new NamedPipe(port, key, 0)));
        }
        return key > 0 || -key == Win32Error.PIPE_BUSY;
    }

    private void answered(final String method, final long answer) {
        answers.merge(method + (answer > 0 ? " +" : " -"), 1, Integer::sum);
        if (answer <= 0) {
            assertThat(-answer).as(method).isBetween(0L, 0xffff_ffffL);
        }
    }

    private ByteBuffer buffer() {
        final ByteBuffer slice = slices.get(random.nextInt(slices.size()));
        switch (random.nextInt(12)) {
            case 0:
                return null;
            case 1:
                return ByteBuffer.allocate(SLICE);
            case 2:
                // At the very end of the slice, with nothing in it.
                return slice.duplicate().position(SLICE).slice();
            case 3:
                return slice.duplicate().position(1).limit(7).slice();
            case 4:
                return slice.duplicate().limit(0);
            default:
                return slice;
        }
    }

    private long connection() {
        final List<Device> all = connections.stream().collect(toList());
        return all.isEmpty() ? deviceKey() : all.get(random.nextInt(all.size())).key();
    }

    private long connectionOrNumber() {
        return random.nextBoolean() ? victimPair.client.key() : deviceKey();
    }

    /** Any number, that of a port for instance, but not by chance or on purpose the key of a victim. */
    private long deviceKey() {
        long number = number();
        while (victimKeys.contains(number)) {
            number = number();
        }
        return number;
    }

    /** Any number, that of a victim's device for instance, but not that of its port. */
    private long portId() {
        long number = number();
        while (number == victimPort.id()) {
            number = number();
        }
        return number;
    }

    private long number() {
        final long known = numbers.get(random.nextInt(numbers.size()));
        switch (random.nextInt(8)) {
            case 0:
                return random.nextLong();
            case 1:
                return LONGS[random.nextInt(LONGS.length)];
            case 2:
                return known + 1 - 2 * random.nextInt(2);
            case 3:
                return known ^ 1L << random.nextInt(64);
            case 4:
                return -known;
            default:
                return known;
        }
    }

    private int integer() {
        return random.nextInt(8) == 0 ? random.nextInt() : INTS[random.nextInt(INTS.length)];
    }

    private CompletionDispatcher dispatcher() {
        return new CompletionDispatcher(port, batch -> { }, (thread, thrown) -> flaws.add(thrown.toString()));
    }

    private static String newPipe() {
        return "\\\\.\\pipe\\" + PipePair.newName();
    }

    private void assertAllCompletedOnce() {
        assertThat(completed.keySet()).as("what was accepted, and nothing else").isEqualTo(accepted);
        assertThat(completed).allSatisfy((token, count) -> assertThat(count.get()).as("token %d", token).isEqualTo(1));
        assertThat(accepted.size()).isGreaterThan(CALLS / 20);
    }

    /** What lies around the slices is as it was, and nothing of it has been read into them. */
    private void assertCanariesAlive() {
        for (int i = 0; i < whole.size(); i++) {
            final ByteBuffer memory = whole.get(i);
            for (int at = 0; at < memory.capacity(); at++) {
                final boolean inside = at >= SLICE + i && at < 2 * SLICE + i;
                assertThat(memory.get(at)).as("byte %d of buffer %d", at, i).isEqualTo(inside ? DATA : CANARY);
            }
        }
    }

    private void assertVictimsUnharmed() throws Exception {
        assertThat(victims.isEmpty()).as("nothing has happened to them").isTrue();
        victimPair.client.write(PipePair.buffer("x"), 3);
        victimPair.server.write(PipePair.buffer("y"), 4);
        assertThat(victims.nextByToken(4)).containsOnlyKeys(1L, 2L, 3L, 4L)
                .allSatisfy((token, done) -> assertThat(done.status).isZero());
        NamedPipeClient.builder(victimPort, victimServer.name()).connect();
        assertThat(victims.nextSuccess(Opcode.ACCEPT).device).isInstanceOf(NamedPipe.class);
        final PortSnapshot snapshot = victimPort.snapshot();
        assertThat(snapshot.foreignPackets()).isZero();
        assertThat(snapshot.unbalancedDevices()).isZero();
        assertThat(snapshot.operationsQuarantined()).isZero();
        assertThat(victimServer.close(LONG)).isTrue();
        assertThat(victimPair.server.close(LONG)).isTrue();
        assertThat(victimPair.client.close(LONG)).isTrue();
    }
}

package io.github.iocp4j;

import static io.github.iocp4j.HostileTargets.newPipe;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.internal.AdoptedDeviceNative;
import io.github.iocp4j.internal.ChildPipeNative;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.DirectoryWatchNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.JobObjectNative;
import io.github.iocp4j.internal.MailslotNative;
import io.github.iocp4j.internal.NamedPipeNative;
import io.github.iocp4j.internal.PipeConnect;
import io.github.iocp4j.internal.PortNative;
import io.github.iocp4j.internal.SerialPortNative;
import io.github.iocp4j.internal.WaitableDeviceNative;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random arguments for the methods of {@link PortNative} and similar classes: native code reads and writes nothing
 * outside the buffers, affects no other device, and the JVM survives. The name of a failed test has its seed.
 */
@Timeout(300)
final class HostileCallsTest {
    private static final int CALLS = 4_000;
    /** The number of calls before the target devices are replaced. */
    private static final int CALLS_PER_ROUND = 250;
    private static final int SLICE = CanaryBuffers.SLICE;
    private static final int FSCTL_PIPE_TRANSCEIVE = 0x11c017;

    @TempDir
    private Path folder;

    private final CanaryBuffers buffers = new CanaryBuffers();
    private final Map<String, Integer> answers = new LinkedHashMap<>();
    private final Set<Long> accepted = new HashSet<>();
    private long tokens;
    private Random random;
    private HostileNumbers numbers;
    private HostileVictims victims;
    private HostileTargets targets;

    static List<Long> seeds() {
        return List.of(1L, 2L, System.nanoTime());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void harmNoVictim(final long seed) throws Exception {
        // Printed first, because the JVM may crash.
        System.out.println("Hostile calls with seed " + seed);
        random = new Random(seed);
        numbers = new HostileNumbers(random);
        targets = new HostileTargets(numbers);
        try (HostileVictims quiet = new HostileVictims(numbers)) {
            victims = quiet;
            for (int call = 0; call < CALLS; call++) {
                if (call % CALLS_PER_ROUND == 0) {
                    targets.close();
                    targets.open();
                }
                call();
            }
            targets.close();
            assertAllCompletedOnce();
            buffers.assertAlive();
            quiet.assertUnharmed();
        }
        assertThat(targets.flaws).isEmpty();
        assertThat(answers).as("calls of every kind were answered in both ways")
                .containsKeys("read +", "read -", "write +", "write -", "listen +", "listen -", "post +", "post -",
                        "openPort +", "openPort -", "openPipeServer +", "openPipeServer -", "connectPipe +",
                        "connectPipe -", "transact +", "transact -", "control +", "control -",
                        "openWatch +", "openWatch -", "startWatch +", "startWatch -");
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
                // An operation of a victim on another device, or an id that never existed.
                DeviceNative.cancel(deviceKey(), number());
                break;
            case 8:
                if (random.nextBoolean()) {
                    DeviceNative.cancelAll(deviceKey());
                } else {
                    DeviceNative.cancelAllOf(deviceKey(), integer());
                }
                break;
            case 9:
                answered("listen",
                        NamedPipeNative.listen(random.nextInt(3) == 0 ? targets.server().key() : connectionOrNumber()));
                break;
            case 10:
                answered("post", PortNative.post(random.nextBoolean() ? targets.port().id() : portId(), number(),
                        integer(), number()));
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
        final ByteBuffer buffer = buffers.any(random);
        final boolean sensible = random.nextBoolean();
        final int offset = sensible ? random.nextInt(SLICE) : integer();
        final int length = sensible ? random.nextInt(SLICE - offset + 1) : integer();
        final int deadline = integer();
        final long token = tokens++;
        targets.lengths.put(token, length);
        final long answer = read ? DeviceNative.read(key, buffer, offset, length, number(), token, deadline)
                : DeviceNative.write(key, buffer, offset, length, number(), token, deadline);
        answered(read ? "read" : "write", answer);
        final boolean within = buffer != null && buffer.isDirect() && offset >= 0 && length >= 0
                && (long) offset + length <= buffer.capacity();
        if (answer > 0) {
            accepted.add(token);
            numbers.know(answer);
            assertThat(within).as("offset %d length %d was accepted", offset, length).isTrue();
        } else {
            final List<Long> reasons = new ArrayList<>(List.of(-(long) EngineError.DEVICE_CLOSED.code()));
            reasons.add(within ? -(long) EngineError.OPERATION_LIMIT.code() : -(long) EngineError.BAD_BUFFER.code());
            assertThat(answer).as("offset %d length %d of %s", offset, length, buffer).isIn(reasons);
        }
    }

    /** A transaction, by TransactNamedPipe or by DeviceIoControl. */
    private void submitWithTwo(final boolean transact) {
        final long key = random.nextInt(4) == 0 ? deviceKey() : connection();
        final ByteBuffer in = random.nextInt(4) == 0 ? null : buffers.any(random);
        final ByteBuffer out = random.nextInt(4) == 0 ? null : buffers.any(random);
        final boolean sensible = random.nextBoolean();
        final int inOffset = sensible ? random.nextInt(SLICE) : integer();
        final int inLength = sensible ? random.nextInt(SLICE - inOffset + 1) : integer();
        final int outOffset = sensible ? random.nextInt(SLICE) : integer();
        final int outLength = sensible ? random.nextInt(SLICE - outOffset + 1) : integer();
        final long token = tokens++;
        targets.lengths.put(token, out == null ? 0 : outLength);
        final long answer = transact
                ? NamedPipeNative.transact(key, in, inOffset, inLength, out, outOffset, outLength, token, integer())
                : DeviceNative.control(key, FSCTL_PIPE_TRANSCEIVE, in, inOffset, inLength, out, outOffset, outLength,
                        token, integer());
        answered(transact ? "transact" : "control", answer);
        if (answer > 0) {
            accepted.add(token);
            numbers.know(answer);
            assertThat(reachable(in, inOffset, inLength, transact) && reachable(out, outOffset, outLength, transact))
                    .as("%d %d %d %d was accepted", inOffset, inLength, outOffset, outLength).isTrue();
        }
    }

    private static boolean reachable(
            final ByteBuffer buffer, final int offset, final int length, final boolean needed) {
        return buffer == null ? !needed
                : buffer.isDirect() && offset >= 0 && length >= 0 && (long) offset + length <= buffer.capacity();
    }

    /** Calls on devices of the wrong kind, or on no device. */
    private void mistake() {
        final long key = deviceKey();
        final List<Long> refusals =
                List.of(-(long) EngineError.DEVICE_CLOSED.code(), -(long) EngineError.WRONG_DEVICE.code());
        assertThat(ChildPipeNative.childEnd(key)).isIn(refusals);
        assertThat(ChildPipeNative.closeChildEnd(key)).isIn(refusals);
        assertThat(MailslotNative.contents(key)).isIn(refusals);
        assertThat(SerialPortNative.awaitEvents(key, integer(), number(), integer())).isIn(refusals);
        assertThat(SerialPortNative.escape(key, integer())).isIn(refusals);
        assertThat(SerialPortNative.modemStatus(key)).isIn(refusals);
        assertThat(SerialPortNative.purge(key, integer())).isIn(refusals);
        assertThat(WaitableDeviceNative.await(key, number(), integer())).isIn(refusals);
        assertThat(JobObjectNative.assign(key, integer())).isIn(refusals);
        assertThat(JobObjectNative.terminate(key, integer())).isIn(refusals);
        assertThat(JobObjectNative.processes(key)).isIn(refusals);
        assertThat(JobObjectNative.awaitEmpty(key, number(), integer())).isIn(refusals);
        assertThat(WaitableDeviceNative.open(targets.port().id(), null, number()))
                .isEqualTo(-(long) EngineError.BAD_OBJECT.code());
        assertThat(NamedPipeNative.flush(targets.server().key())).isIn(refusals);
        assertThat(NamedPipeNative.disconnect(targets.server().key())).isIn(refusals);
        answered("disconnect", NamedPipeNative.disconnect(key));
        assertThat(AdoptedDeviceNative.adopt(random.nextBoolean() ? targets.port().id() : portId(),
                -random.nextInt(2), true)).isNegative();
        // Not any number: it may be a handle of the JVM with a read in progress, and the call would wait for the read.
        assertThat(AdoptedDeviceNative.traits(-random.nextInt(2))).isZero();
        assertThat(SerialPortNative.open(targets.port().id(), random.nextBoolean() ? "x" : null,
                random.nextBoolean() ? null : new int[random.nextInt(14)])).isNegative();
        assertThat(ChildPipeNative.open(targets.port().id(), 4 + random.nextInt(9), false, 0)).isNegative();
        assertThat(MailslotNative.openServer(targets.port().id(), random.nextBoolean() ? null : "x", integer(),
                integer(), null)).isNegative();
    }

    /** Calls that only query, which are allowed for any device. */
    private void look() {
        assertThat(PortNative.errorMessage(random.nextBoolean() ? integer() : random.nextInt())).isNotNull();
        assertThat(DeviceNative.name(number())).isNotNull();
        DeviceNative.exists(number());
        NamedPipeNative.serverProcessId(number());
        NamedPipeNative.peek(number());
        NamedPipeNative.peerSessionId(number());
        NamedPipeNative.keepsMessages(number());
        final int counters = random.nextInt(NativeSnapshot.COUNTERS + 3) - 1;
        final long[] found = PortNative.snapshot(random.nextBoolean() ? targets.port().id() : number(),
                counters < 0 ? null : new long[counters]);
        assertThat(counters < NativeSnapshot.COUNTERS && found != null).isFalse();
    }

    private void connect() {
        final String name = targets.server().name();
        final String[] names = {name, name, "", null, "\\\\.\\pipe\\", "\\\\.\\pipe\\nobody", "x\0y",
            "C:\\", "y".repeat(40_000)};
        final boolean sensible = random.nextBoolean();
        // Completions on another port are not counted.
        final boolean ours = random.nextInt(4) != 0;
        final long key = NamedPipeNative.openClient(ours ? targets.port().id() : portId(),
                sensible ? name : names[random.nextInt(names.length)], sensible ? 3 : integer(),
                random.nextBoolean(), sensible ? 1 : integer(), random.nextBoolean(), random.nextBoolean());
        answered("openPipeClient", key);
        final long client = random.nextInt(4) == 0 ? deviceKey() : key;
        if (!ours || random.nextBoolean()) {
            answered("connectPipe", NamedPipeNative.connect(client, random.nextInt(4) == 0 ? null : new PipeConnect()));
        } else {
            final long token = tokens++;
            targets.lengths.put(token, 0);
            // With a deadline, because the wait may be for a pipe that never exists.
            final long answer = NamedPipeNative.startConnect(client, token, 1);
            answered("startConnectPipe", answer);
            if (answer > 0) {
                accepted.add(token);
            }
        }
        if (key > 0 && ours) {
            numbers.know(key);
        }
    }

    private void serve() {
        final String[] names = {newPipe(), "", null, "\\\\.\\pipe\\", "x", "\\\\.\\pipe\\a\0b", "y".repeat(40_000)};
        final String[] security = {"", null, "D:", "nonsense", "D:(A;;GA;;;WD)", "D:(".repeat(1_000)};
        final boolean sensible = random.nextBoolean();
        final long key = NamedPipeNative.openServer(random.nextInt(8) == 0 ? portId() : targets.port().id(),
                sensible ? newPipe() : names[random.nextInt(names.length)], sensible ? 3 : integer(),
                sensible ? 1 : integer(), sensible ? SLICE : integer(), sensible ? 0 : integer(),
                sensible ? 255 : integer(), random.nextInt(4), random.nextBoolean(), random.nextBoolean(),
                sensible ? "" : security[random.nextInt(security.length)], number());
        answered("openPipeServer", key);
        if (key > 0) {
            numbers.know(key);
        }
    }

    private void watch() {
        final String[] paths = {"", null, folder.resolve("missing").toString(), "\\\\.\\pipe\\", "a\0b",
            "y".repeat(40_000)};
        final List<ByteBuffer[]> odd = WatchMemory.odd(buffers);
        final boolean sensible = random.nextBoolean();
        final long key = DirectoryWatchNative.open(random.nextInt(8) == 0 ? portId() : targets.port().id(),
                sensible ? folder.toString() : paths[random.nextInt(paths.length)], sensible ? 1 : integer(),
                random.nextBoolean(), sensible ? WatchMemory.sound() : odd.get(random.nextInt(odd.size())), number());
        answered("openWatch", key);
        if (key > 0) {
            numbers.know(key);
        }
        answered("startWatch", DirectoryWatchNative.start(sensible && key > 0 ? key : deviceKey()));
    }

    private void openPort() throws Exception {
        // Another test covers values that are large but valid.
        final int[] threads = {0, 1, 2, -1, 1_025, Integer.MAX_VALUE, Integer.MIN_VALUE};
        final int[] batches = {1, 2, 256, 4_096, 0, -1, 4_097, Integer.MAX_VALUE, Integer.MIN_VALUE};
        final int[] operations = {1, 64, 0, -1, (1 << 24) + 1, Integer.MAX_VALUE, Integer.MIN_VALUE};
        final boolean sensible = random.nextBoolean();
        final long id = PortNative.openPort(sensible || random.nextBoolean() ? targets.dispatcher() : null,
                random.nextBoolean() ? "" : null, sensible ? 0 : threads[random.nextInt(threads.length)],
                sensible ? 1 : threads[random.nextInt(threads.length)], batches[sensible ? 1
                        : random.nextInt(batches.length)], operations[sensible ? 1
                        : random.nextInt(operations.length)], random.nextInt(4) == 0,
                sensible ? random.nextInt(4) : random.nextInt(7) - 1);
        answered("openPort", id);
        if (id > 0) {
            numbers.know(id);
            while (!PortNative.closePort(id)) {
                // The test's timeout ends this.
                Thread.sleep(1);
            }
        }
    }

    private void close() throws Exception {
        final int what = random.nextInt(24);
        if (what == 0) {
            DeviceNative.close(targets.server().key());
        } else if (what < 4) {
            DeviceNative.close(connection());
        } else {
            // If the number is the key of a device, the call closes that device, as it should.
            DeviceNative.close(deviceKey());
            final long id = portId();
            if (id != targets.port().id()) {
                PortNative.closePort(id);
            }
        }
        targets.replenish();
    }

    private void answered(final String method, final long answer) {
        answers.merge(method + (answer > 0 ? " +" : " -"), 1, Integer::sum);
        if (answer <= 0) {
            assertThat(-answer).as(method).isBetween(0L, 0xffff_ffffL);
        }
    }

    private long connection() {
        final List<Device> all = targets.connections();
        return all.isEmpty() ? deviceKey() : all.get(random.nextInt(all.size())).key();
    }

    private long connectionOrNumber() {
        return random.nextBoolean() ? victims.pair.client.key() : deviceKey();
    }

    /** Any number, including keys of ports, but not the key of a victim. */
    private long deviceKey() {
        return numbers.anyBut(victims::haveDevice);
    }

    /** Any number, including keys of a victim's devices, but not the key of its port. */
    private long portId() {
        return numbers.anyBut(id -> id == victims.port.id());
    }

    private long number() {
        return numbers.any();
    }

    private int integer() {
        return numbers.integer();
    }

    private void assertAllCompletedOnce() {
        assertThat(targets.completed.keySet()).as("what was accepted, and nothing else").isEqualTo(accepted);
        assertThat(targets.completed)
                .allSatisfy((token, count) -> assertThat(count.get()).as("token %d", token).isEqualTo(1));
        assertThat(accepted.size()).isGreaterThan(CALLS / 20);
    }

}

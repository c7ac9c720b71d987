package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random arguments for native calls with a registered buffer: native code reads and writes nothing outside the buffer,
 * a refused call starts nothing, and the port continues. The name of a failed test has its seed.
 */
@Timeout(300)
final class HostileRegisteredCallsTest {
    private static final Duration LONG = Duration.ofSeconds(Recorder.TIMEOUT_SECONDS);
    private static final int CALLS = 3_000;
    private static final int CALLS_PER_PIPE = 30;
    private static final int SLICE = 512;
    /** Low enough that the calls reach the ceiling. */
    private static final int CEILING = 10;
    private static final byte CANARY = (byte) 0xEE;
    private static final byte DATA = 0x11;
    private static final long BAD_BUFFER = -EngineError.BAD_BUFFER.code();
    private static final long DEVICE_CLOSED = -EngineError.DEVICE_CLOSED.code();
    private static final long OPERATION_LIMIT = -EngineError.OPERATION_LIMIT.code();

    private static final int[] INTS = {
        0, 1, -1, 2, SLICE - 1, SLICE, SLICE + 1, 4096, 1 << 24, Integer.MAX_VALUE,
        Integer.MAX_VALUE - 1, Integer.MAX_VALUE - SLICE, Integer.MIN_VALUE, Integer.MIN_VALUE + 1, -SLICE, 1 << 30
    };

    private final Recorder recorder = new Recorder();
    private final Map<Long, Integer> lengths = new HashMap<>();
    private final List<Long> staleKeys = new ArrayList<>();
    private final List<RegisteredBuffer> registered = new ArrayList<>();
    private Random random = new Random(0);
    private ByteBuffer around;
    private long memory;
    private CompletionPort port;
    private PipePair pair;
    private long tokens;
    private int acceptedByPair;

    static List<Long> seeds() {
        return List.of(1L, 2L, System.nanoTime());
    }

    @BeforeEach
    void open() throws Exception {
        around = filled(3 * SLICE, CANARY);
        final ByteBuffer slice = around.duplicate().position(SLICE).limit(2 * SLICE).slice();
        slice.put(filled(SLICE, DATA));
        memory = register(slice);
        port = CompletionPort.builder(recorder).operations(CEILING).open();
        pair = PipePair.open(port, recorder, PipeMode.BYTE);
    }

    @AfterEach
    void closeAll() {
        assertThat(port.close(LONG)).as("closed in time").isTrue();
        registered.forEach(RegisteredBuffer::close);
        assertCanariesAlive(around, SLICE, 2 * SLICE);
        for (int at = SLICE; at < 2 * SLICE; at++) {
            assertThat(around.get(at)).isEqualTo(DATA);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void startNothingThatTheyShouldNot(final long seed) throws Exception {
        // Printed first, because the JVM may crash.
        System.out.println("Hostile calls in registered buffers with seed " + seed);
        random = new Random(seed);
        final Set<String> outcomes = new HashSet<>();
        for (int call = 1; call <= CALLS; call++) {
            if (call % CALLS_PER_PIPE == 0) {
                renewPair();
            }
            outcomes.add(call());
        }
        renewPair();
        assertThat(outcomes).contains("accepted", "no device", "bad buffer");
        for (int i = 0; i < CEILING; i++) {
            assertThat(read()).isPositive();
        }
        assertThat(read()).as("one too many").isEqualTo(OPERATION_LIMIT);
        lengths.remove(tokens - 1);
        renewPair();
        final PortSnapshot snapshot = port.snapshot();
        assertThat(snapshot.unbalancedDevices()).isZero();
        assertThat(snapshot.operationsInFlight()).isZero();
    }

    /** A valid read, which waits. */
    private long read() {
        lengths.put(tokens, 1);
        return DeviceNative.readRegistered(pair.server.key(), memory, 0, 1, 0, tokens++, -1);
    }

    /** Returns the result. */
    private String call() {
        final boolean sound = random.nextInt(4) != 0;
        final int offset = sound ? random.nextInt(SLICE) : integer();
        final int length = sound ? random.nextInt(SLICE - offset + 1) : integer();
        final boolean within = offset >= 0 && length >= 0 && (long) offset + length <= SLICE;
        final long good = random.nextBoolean() ? pair.server.key() : pair.client.key();
        final boolean known = random.nextInt(8) != 0;
        final boolean registeredBuffer = random.nextInt(8) != 0;
        final long device = known ? good : badKey(good);
        final long buffer = registeredBuffer ? memory : badKey(memory);
        final long token = tokens++;
        final int deadline = random.nextBoolean() ? -1 : integer();

        if (random.nextInt(8) == 0) {
            return callThatWaits(device, buffer, offset, length, known && registeredBuffer && within);
        }
        final long answer = random.nextBoolean()
                ? DeviceNative.readRegistered(device, buffer, offset, length, random.nextLong(), token, deadline)
                : DeviceNative.writeRegistered(device, buffer, offset, length, random.nextLong(), token, deadline);

        if (answer > 0) {
            assertThat(known && registeredBuffer && within).as("accepted for good reason").isTrue();
            acceptedByPair++;
            lengths.put(token, length);
            return "accepted";
        }
        if (known && registeredBuffer && within) {
            assertThat(answer).isEqualTo(OPERATION_LIMIT);
            assertThat(acceptedByPair).isGreaterThanOrEqualTo(CEILING);
            return "ceiling";
        }
        assertThat(answer).isIn(BAD_BUFFER, DEVICE_CLOSED);
        assertThat(answer == DEVICE_CLOSED ? known : registeredBuffer && within).as("refused without reason").isFalse();
        return answer == DEVICE_CLOSED ? "no device" : "bad buffer";
    }

    /** There is nothing to read, so that the read ends at its deadline. */
    private static String callThatWaits(
            final long device, final long buffer, final int offset, final int length, final boolean allowed) {
        final long answer = DeviceNative.readAndWait(device, buffer, offset, length, 1);
        if (answer < 0) {
            assertThat(answer).isIn(BAD_BUFFER, DEVICE_CLOSED, OPERATION_LIMIT);
            assertThat(answer == OPERATION_LIMIT || !allowed).as("refused without reason").isTrue();
            return answer == DEVICE_CLOSED ? "no device" : answer == BAD_BUFFER ? "bad buffer" : "ceiling";
        }
        assertThat(allowed).as("read for good reason").isTrue();
        return "read";
    }

    /** A number that is neither the key of a device nor that of a buffer. */
    private long badKey(final long good) {
        switch (random.nextInt(6)) {
            case 0:
                return random.nextLong();
            case 1:
                return -good;
            case 2:
                return good + (1L << 32);
            case 3:
                return good ^ 1L << 63;
            case 4:
                return port.id();
            default:
                return staleKeys.isEmpty() ? 0 : staleKeys.get(random.nextInt(staleKeys.size()));
        }
    }

    private int integer() {
        return random.nextInt(8) == 0 ? random.nextInt() : INTS[random.nextInt(INTS.length)];
    }

    /** Opens another pipe when all operations on this one have completed. */
    private void renewPair() throws Exception {
        assertThat(pair.server.close(LONG)).isTrue();
        assertThat(pair.client.close(LONG)).isTrue();
        while (!recorder.isEmpty()) {
            final Recorder.Completion done = recorder.next();
            final Integer length = lengths.remove(done.token);
            assertThat(length).as("started, and not over yet: " + done).isNotNull();
            assertThat(done.bytes).isBetween(0, length);
        }
        assertThat(lengths).as("what has not come").isEmpty();
        staleKeys.addAll(List.of(pair.server.key(), pair.client.key()));
        acceptedByPair = 0;
        pair = PipePair.open(port, recorder, PipeMode.BYTE);
    }

    private long register(final ByteBuffer buffer) {
        registered.add(RegisteredBuffer.register(buffer));
        return registered.get(registered.size() - 1).keyToWriteFrom();
    }

    private static ByteBuffer filled(final int length, final byte content) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        while (buffer.hasRemaining()) {
            buffer.put(content);
        }
        return buffer.flip();
    }

    private static void assertCanariesAlive(final ByteBuffer whole, final int from, final int to) {
        for (int at = 0; at < whole.capacity(); at++) {
            if (at < from || at >= to) {
                assertThat(whole.get(at)).as("byte %d", at).isEqualTo(CANARY);
            }
        }
    }
}

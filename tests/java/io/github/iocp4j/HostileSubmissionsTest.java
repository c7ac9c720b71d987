package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever stands in the records that {@link SubmissionBatchNative} is given, nothing is read or written outside the
 * buffers, what is refused has not begun, and the port goes on. The name of a failed test tells its seed.
 */
@Timeout(300)
final class HostileSubmissionsTest {
    private static final Duration LONG = Duration.ofSeconds(Recorder.PATIENCE_SECONDS);
    private static final int CALLS = 3_000;
    private static final int CALLS_PER_PIPE = 30;
    private static final int RECORDS = 7;
    private static final int SLICE = 512;
    /** Few enough that the calls reach it. */
    private static final int CEILING = 10;
    private static final byte CANARY = (byte) 0xEE;
    private static final byte DATA = 0x11;
    private static final long UNTOUCHED = -77;
    private static final long BAD_BUFFER = -Refusal.BAD_BUFFER.code();
    private static final long OPERATION_LIMIT = -Refusal.OPERATION_LIMIT.code();

    private static final int[] INTS = {
        0, 1, -1, 2, RECORDS - 1, RECORDS, RECORDS + 1, SLICE, SLICE + 1, 4096, 1 << 24, Integer.MAX_VALUE,
        Integer.MAX_VALUE - 1, Integer.MAX_VALUE - SLICE, Integer.MIN_VALUE, Integer.MIN_VALUE + 1, -SLICE, 1 << 30,
        Integer.MAX_VALUE / SubmissionBatch.RECORD_LENGTH + 1
    };

    private final Recorder recorder = new Recorder();
    private final Map<Long, Integer> lengths = new HashMap<>();
    private final List<Long> staleKeys = new ArrayList<>();
    private final List<Long> oddBatches = new ArrayList<>();
    private final List<RegisteredBuffer> registered = new ArrayList<>();
    private Random random = new Random(0);
    private ByteBuffer around;
    private ByteBuffer ringAround;
    private ByteBuffer ring;
    private long memory;
    private long batch;
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
        // At an odd address, and with a remainder that is no record.
        final int length = RECORDS * SubmissionBatch.RECORD_LENGTH + 13;
        ringAround = filled(length + 2 * SLICE, CANARY);
        ring = ringAround.duplicate().position(SLICE + 1).limit(SLICE + 1 + length).slice()
                .order(ByteOrder.LITTLE_ENDIAN);
        batch = register(ring);
        port = CompletionPort.builder(recorder).operations(CEILING).open();
        pair = PipePair.open(port, recorder, PipeMode.BYTE);
    }

    @AfterEach
    void closeAll() {
        assertThat(port.close(LONG)).as("closed in time").isTrue();
        registered.forEach(RegisteredBuffer::close);
        assertCanariesAlive(around, SLICE, 2 * SLICE);
        assertCanariesAlive(ringAround, SLICE + 1, ringAround.capacity() - SLICE + 1);
        for (int at = SLICE; at < 2 * SLICE; at++) {
            assertThat(around.get(at)).isEqualTo(DATA);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void startNothingThatTheyShouldNot(final long seed) throws Exception {
        // Should the JVM not live to tell.
        System.out.println("Hostile submissions with seed " + seed);
        random = new Random(seed);
        oddBatches.add(register(ring.asReadOnlyBuffer()));
        oddBatches.add(register(ByteBuffer.allocateDirect(0)));
        oddBatches.add(register(ByteBuffer.allocateDirect(SubmissionBatch.RECORD_LENGTH - 1)));
        oddBatches.addAll(List.of(0L, -1L, Long.MIN_VALUE, port.id()));
        final Set<String> outcomes = new HashSet<>();
        for (int call = 1; call <= CALLS; call++) {
            if (call % CALLS_PER_PIPE == 0) {
                renewPair();
            }
            outcomes.add(random.nextInt(4) == 0 ? callWithAnyNumbers() : callWithAnyRecords());
        }
        renewPair();
        assertThat(outcomes).contains("all", "some", "none", "bad batch", "ceiling");
        final PortSnapshot snapshot = port.snapshot();
        assertThat(snapshot.unbalancedDevices()).isZero();
        assertThat(snapshot.operationsInFlight()).isZero();
    }

    /** What is checked is what is used. */
    @Test
    void cannotBeChangedBetweenCheckAndUse() throws Exception {
        put(0, Opcode.READ.code(), pair.server.key(), memory, 0, 1, -1);
        final AtomicBoolean done = new AtomicBoolean();
        final Thread scribbler = new Thread(() -> {
            for (int i = 0; !done.get(); i++) {
                ring.putInt(SubmissionBatch.OFFSET_OFFSET, i % 2 == 0 ? 0 : SLICE - 1);
                ring.putInt(SubmissionBatch.LENGTH_OFFSET, i % 3 == 0 ? SLICE : 1);
                ring.putLong(SubmissionBatch.BUFFER_OFFSET, i % 5 == 0 ? 0 : memory);
            }
        });
        scribbler.start();
        try {
            for (int i = 0; i < CALLS; i++) {
                final long answer = SubmissionBatchNative.submit(batch, 0, 1);
                assertThat(answer).isIn(1L, BAD_BUFFER);
                if (answer == 1) {
                    pair.client.writeFrom(registered.get(0), 0, SLICE, 0);
                    pair.client.cancelAll();
                    pair.server.cancelAll();
                    recorder.next(2);
                }
            }
        } finally {
            done.set(true);
            scribbler.join();
        }
    }

    /** Answers how it went. */
    private String callWithAnyRecords() {
        final int first = random.nextInt(RECORDS);
        final int count = random.nextInt(RECORDS + 1);
        int sound = count;
        long refusal = 0;
        for (int i = 0; i < count; i++) {
            final long bad = putAny((first + i) % RECORDS);
            if (bad != 0 && sound == count) {
                sound = i;
                refusal = bad;
            }
        }
        final ByteBuffer before = ByteBuffer.allocate(ring.capacity()).put(ring.duplicate()).flip();

        final long answer = SubmissionBatchNative.submit(batch, first, count);

        final int started = (int) Math.max(answer, 0);
        acceptedByPair += started;
        for (int i = 0; i < count; i++) {
            final int record = (first + i) % RECORDS * SubmissionBatch.RECORD_LENGTH;
            final long operation = ring.getLong(record + SubmissionBatch.OPERATION_OFFSET);
            if (i < started) {
                assertThat(operation).isPositive();
                ring.putLong(record + SubmissionBatch.OPERATION_OFFSET, UNTOUCHED);
                lengths.put(ring.getLong(record + SubmissionBatch.TOKEN_OFFSET),
                        ring.getInt(record + SubmissionBatch.LENGTH_OFFSET));
            }
        }
        assertThat(ring.duplicate()).as("nothing else has been written").isEqualTo(before);
        assertThat(started).isLessThanOrEqualTo(sound);
        if (started < sound) {
            assertThat(acceptedByPair).isGreaterThanOrEqualTo(CEILING);
            assertThat(answer).isIn((long) started, OPERATION_LIMIT);
            return "ceiling";
        }
        assertThat(answer).isEqualTo(started > 0 ? started : refusal);
        return started == count ? "all" : started > 0 ? "some" : "none";
    }

    private String callWithAnyNumbers() {
        for (int i = 0; i < RECORDS; i++) {
            // Whatever comes of one of these has a token that nobody expects.
            put(i, Opcode.WRITE.code(), pair.client.key(), memory, 0, 1, -1);
        }
        final boolean odd = random.nextBoolean();
        final int first = integer();
        final int count = integer();
        if (odd || first < 0 || first >= RECORDS || count < 0 || count > RECORDS) {
            final long key = odd ? oddBatches.get(random.nextInt(oddBatches.size())) : batch;
            assertThat(SubmissionBatchNative.submit(key, odd && random.nextBoolean() ? 0 : first,
                    odd && random.nextBoolean() ? 1 : count)).isEqualTo(BAD_BUFFER);
            return "bad batch";
        }
        return callWithAnyRecords();
    }

    /** Answers what it is to be refused for, or 0 for nothing. */
    private long putAny(final int index) {
        final int offset = random.nextInt(SLICE);
        final int length = random.nextInt(SLICE - offset + 1);
        final boolean read = random.nextBoolean();
        final int opcode = read ? Opcode.READ.code() : Opcode.WRITE.code();
        final long device = random.nextBoolean() ? pair.server.key() : pair.client.key();
        final int deadline = random.nextBoolean() ? -1 : integer();
        switch (random.nextInt(16)) {
            case 0:
                final int none = new int[] {0, 1, 4, 10, 14, 15, 255, 256, 65_535}[random.nextInt(9)];
                put(index, none, device, memory, offset, length, deadline);
                return -Refusal.WRONG_DEVICE.code();
            case 1:
                put(index, opcode, badKey(device), memory, offset, length, deadline);
                return -Refusal.DEVICE_CLOSED.code();
            case 2:
                put(index, opcode, device, badKey(memory), offset, length, deadline);
                return BAD_BUFFER;
            case 3:
                final int at = integer();
                final int many = integer();
                put(index, opcode, device, memory, at, many, deadline);
                return at >= 0 && many >= 0 && (long) at + many <= SLICE ? 0 : BAD_BUFFER;
            default:
                put(index, opcode, device, memory, offset, length, deadline);
                return 0;
        }
    }

    private void put(
            final int index, final int opcode, final long device, final long buffer, final int offset,
            final int length, final int milliseconds) {
        final int record = index * SubmissionBatch.RECORD_LENGTH;
        ring.putLong(record + SubmissionBatch.DEVICE_OFFSET, device);
        ring.putLong(record + SubmissionBatch.BUFFER_OFFSET, buffer);
        ring.putLong(record + SubmissionBatch.POSITION_OFFSET, random.nextLong());
        ring.putLong(record + SubmissionBatch.TOKEN_OFFSET, tokens++);
        ring.putLong(record + SubmissionBatch.OPERATION_OFFSET, UNTOUCHED);
        ring.putInt(record + SubmissionBatch.OFFSET_OFFSET, offset);
        ring.putInt(record + SubmissionBatch.LENGTH_OFFSET, length);
        ring.putInt(record + SubmissionBatch.TIMEOUT_OFFSET, milliseconds);
        ring.putShort(record + SubmissionBatch.OPCODE_OFFSET, (short) opcode);
    }

    /** Neither a device's nor a buffer's. */
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

    /** Another pipe, when all that has been started on this one is over. */
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
        return registered.get(registered.size() - 1).keyToWriteFrom(0, 0);
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

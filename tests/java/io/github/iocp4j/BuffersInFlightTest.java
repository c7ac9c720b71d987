package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.Garbage;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.PipeMode;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A caller that changes a buffer during an operation damages its own data, and nothing else. */
@Timeout(120)
final class BuffersInFlightTest extends CheckedPort {
    private static final int ROUNDS = 300;
    private static final int SIZE = 4_096;
    /** The part of the buffer that is read into or written from. */
    private static final int OFFSET = 1_000;
    private static final int LENGTH = 2_000;
    private static final byte OUTSIDE = 7;

    private final AtomicBoolean over = new AtomicBoolean();
    private PipePair pair;

    @BeforeEach
    void openPair() throws Exception {
        pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
    }

    @AfterEach
    void stopOtherThreads() {
        over.set(true);
    }

    @Test
    void areReadIntoWhereTheyWereWhenTheReadWasStarted() throws Exception {
        final ByteBuffer received = filled(OUTSIDE);
        final ByteBuffer sent = filled((byte) 1);
        final ByteBuffer view = received.duplicate();
        final Thread meddler = start(() -> meddleWithPositions(received, new Random(1)));
        for (int round = 0; round < ROUNDS; round++) {
            synchronized (received) {
                pair.server.read(received.clear().limit(OFFSET + LENGTH).position(OFFSET), 1);
            }
            pair.client.write(sent.limit(LENGTH), 2);

            assertThat(recorder.nextByToken(2)).allSatisfy((token, done) -> {
                assertThat(done.status).isZero();
                assertThat(done.bytes).isEqualTo(LENGTH);
            });
            for (int i = 0; i < SIZE; i++) {
                final boolean inside = i >= OFFSET && i < OFFSET + LENGTH;
                assertThat(view.get(i)).as("round %d, byte %d", round, i).isEqualTo(inside ? 1 : OUTSIDE);
                view.put(i, OUTSIDE);
            }
        }
        end(meddler);
    }

    /** Which of the bytes are old and which are new is undefined; how many there are, and where from, is not. */
    @Test
    void areWrittenInFullThoughTheirContentChanges() throws Exception {
        final ByteBuffer sent = filled(OUTSIDE);
        final ByteBuffer received = filled((byte) 0);
        final ByteBuffer view = sent.duplicate();
        for (int i = OFFSET; i < OFFSET + LENGTH; i++) {
            sent.put(i, (byte) 1);
        }
        final Thread meddler = start(() -> {
            for (int i = 0; !over.get(); i++) {
                view.put(OFFSET + i % LENGTH, (byte) (1 + (i / LENGTH & 1)));
            }
        });
        final Thread another = start(() -> meddleWithPositions(sent, new Random(2)));
        for (int round = 0; round < ROUNDS; round++) {
            synchronized (sent) {
                pair.client.write(sent.clear().limit(OFFSET + LENGTH).position(OFFSET), 1);
            }
            pair.server.read(received, 2);

            assertThat(recorder.nextByToken(2)).allSatisfy((token, done) -> {
                assertThat(done.status).isZero();
                assertThat(done.bytes).isEqualTo(LENGTH);
            });
            for (int i = 0; i < LENGTH; i++) {
                assertThat(received.get(i)).as("round %d, byte %d", round, i).isIn((byte) 1, (byte) 2);
            }
        }
        end(meddler);
        end(another);
    }

    /** Several operations at the same time in the same memory: the data is undefined, the completions are not. */
    @Test
    void mayBelongToSeveralOperationsAtOnce() throws Exception {
        final ByteBuffer shared = filled(OUTSIDE);
        final ByteBuffer part = shared.duplicate().limit(OFFSET + LENGTH).position(OFFSET);
        for (int round = 0; round < ROUNDS / 10; round++) {
            for (int i = 0; i < 10; i++) {
                pair.server.read(part, i);
            }
            for (int i = 0; i < 10; i++) {
                pair.client.write(part, 100 + i);
            }
            assertThat(recorder.nextByToken(20)).allSatisfy((token, done) -> {
                assertThat(done.status).isZero();
                assertThat(done.bytes).isEqualTo(LENGTH);
            });
        }
        for (int i = 0; i < SIZE; i++) {
            assertThat(shared.get(i)).as("byte %d", i).isEqualTo(OUTSIDE);
        }
    }

    @Test
    void keepTheMemoryOfAWholeOfWhichTheyAreAPart() throws Exception {
        final WeakReference<ByteBuffer> whole = readIntoAPartOfWhatIsDropped();
        Garbage.collect();
        assertThat(whole.get()).isNotNull();

        pair.client.write(PipePair.buffer("0123456789"), 1);
        recorder.next(2);

        Garbage.awaitCollected(List.of(whole));
    }

    /** A method of its own so that no local variable keeps the buffer. */
    private WeakReference<ByteBuffer> readIntoAPartOfWhatIsDropped() {
        final ByteBuffer whole = ByteBuffer.allocateDirect(SIZE);
        pair.server.read(whole.position(OFFSET).slice(), 0);
        return new WeakReference<>(whole);
    }

    /** At any time except while an operation is started, which reads them. */
    private void meddleWithPositions(final ByteBuffer buffer, final Random random) {
        while (!over.get()) {
            synchronized (buffer) {
                buffer.order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
                buffer.clear().limit(random.nextInt(SIZE + 1));
                buffer.position(random.nextInt(buffer.limit() + 1)).mark();
            }
        }
    }

    private static ByteBuffer filled(final byte value) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE);
        for (int i = 0; i < SIZE; i++) {
            buffer.put(i, value);
        }
        return buffer;
    }

    private static Thread start(final Runnable body) {
        final Thread thread = new Thread(body);
        thread.start();
        return thread;
    }

    private void end(final Thread thread) throws InterruptedException {
        over.set(true);
        thread.join();
    }
}

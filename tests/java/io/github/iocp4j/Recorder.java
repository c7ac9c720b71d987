package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A listener of both kinds that keeps everything for the test to look at. */
final class Recorder implements CompletionListener, BatchListener {
    /** So long that only a hang reaches it. */
    static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<Completion> queue = new LinkedBlockingQueue<>();
    private final AtomicLong batches = new AtomicLong();
    private volatile CompletionListener diversion;

    /** One completion, kept beyond its batch. */
    static final class Completion {
        final Opcode opcode;
        final long key;
        final long token;
        final int bytes;
        final int status;
        final int detail;
        final Device device;
        final Thread thread;

        Completion(final io.github.iocp4j.Completion completion) {
            opcode = completion.opcode();
            key = completion.key();
            token = completion.token();
            bytes = completion.bytes();
            status = completion.status();
            detail = completion.detail();
            device = completion.device();
            thread = Thread.currentThread();
        }

        @Override
        public String toString() {
            return opcode + " " + Win32Error.name(status) + " bytes " + bytes + " token " + token + " " + device;
        }
    }

    @Override
    public void onCompletion(final io.github.iocp4j.Completion completion) {
        if (diversion != null) {
            diversion.onCompletion(completion);
        } else {
            queue.add(new Completion(completion));
        }
    }

    @Override
    public void onCompletions(final CompletionBatch batch) {
        batches.incrementAndGet();
        for (int i = 0; i < batch.size(); i++) {
            onCompletion(batch.completion(i));
        }
    }

    /** From now on somebody else is told, because keeping things costs memory. */
    void divertTo(final CompletionListener listener) {
        diversion = listener;
    }

    /** How often it was called with a batch. */
    long batches() {
        return batches.get();
    }

    /** Whether every completion has been taken by the test. */
    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** The next completion, which must come. */
    Completion next() throws InterruptedException {
        final Completion completion = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return completion != null ? completion : fail("no completion within " + PATIENCE_SECONDS + " s");
    }

    /** The next completion, which must be the success of such an operation. */
    Completion nextSuccess(final Opcode opcode) throws InterruptedException {
        final Completion completion = next();
        assertThat(completion.status).as(completion.toString()).isZero();
        assertThat(completion.opcode).as(completion.toString()).isEqualTo(opcode);
        return completion;
    }

    /** So many completions. */
    List<Completion> next(final int count) throws InterruptedException {
        final List<Completion> completions = new ArrayList<>();
        while (completions.size() < count) {
            completions.add(next());
        }
        return completions;
    }

    /** So many completions by their tokens, which must be different. */
    Map<Long, Completion> nextByToken(final int count) throws InterruptedException {
        final Map<Long, Completion> completions = new HashMap<>();
        for (final Completion completion : next(count)) {
            assertThat(completions.put(completion.token, completion)).as("twice " + completion).isNull();
        }
        return completions;
    }
}

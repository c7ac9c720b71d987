package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.NativeMemory;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients on a port of their own. Each has several conversations on one connection: it sends a message, waits for the
 * echo, and then chooses at random: send again, stall, or close with an operation in flight. After a close it connects
 * again. Meanwhile, other threads cancel operations of all clients.
 */
final class SoakClients implements AutoCloseable {
    private static final int CONVERSATIONS = 4;
    private static final int HEADER = 3 * Integer.BYTES;
    private static final int MESSAGE = 256;
    private static final int RAIN_MILLIS = 10;

    private final Ledger ledger;
    private final String pipe;
    private final CompletionPort port;
    private final List<Talker> talkers = new ArrayList<>();
    private final BlockingQueue<Talker> outside = new LinkedBlockingQueue<>();
    private final Thread doorman = new Thread(this::letIn, "soak-doorman");
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final LongAdder comings = new LongAdder();
    private final LongAdder stalls = new LongAdder();
    private final LongAdder cancels = new LongAdder();
    private volatile boolean closing;

    SoakClients(final Ledger ledger, final String pipe, final int count) throws IOException {
        this.ledger = ledger;
        this.pipe = pipe;
        port = CompletionPort.batchBuilder(this::onCompletions).name("soak-clients")
                .exceptionHandler((completion, thrown) -> ledger.fault("the clients' listener has thrown " + thrown))
                .open();
        for (int i = 0; i < count; i++) {
            talkers.add(new Talker(i));
        }
        outside.addAll(talkers);
        doorman.start();
        clock.scheduleWithFixedDelay(this::rain, RAIN_MILLIS, RAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Closes the port with everything in flight. */
    @Override
    public void close() {
        closing = true;
        doorman.interrupt();
        try {
            doorman.join();
            if (!port.close(Duration.ofSeconds(60))) {
                ledger.fault("the clients' port does not close");
            }
            clock.shutdownNow();
            clock.awaitTermination(1, TimeUnit.MINUTES);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return comings + " connections, " + stalls + " stalls, " + cancels + " cancels";
    }

    /** Connecting blocks, so it is not for the port's workers. */
    private void letIn() {
        while (!closing) {
            try {
                outside.take().enter();
            } catch (final InterruptedException e) {
                return;
            }
        }
    }

    /** Cancels operations and closes devices that other threads use or have just used. */
    private void rain() {
        final ThreadLocalRandom random = ThreadLocalRandom.current();
        final Talker talker = talkers.get(random.nextInt(talkers.size()));
        final NamedPipe connection = talker.connection;
        if (connection == null) {
            return;
        }
        if (random.nextInt(200) == 0) {
            connection.close();
        } else if (random.nextInt(20) == 0) {
            cancels.increment();
            connection.cancelAll();
        } else {
            for (int slot = 0; slot < CONVERSATIONS; slot++) {
                cancels.increment();
                connection.cancel(talker.latest.get(slot));
            }
        }
    }

    private void onCompletions(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            final Ledger.Entry entry = ledger.settle(batch, i);
            if (entry != null) {
                ((Talker) batch.device(i).attachment())
                        .goOn(entry.slot(), batch.opcode(i), batch.status(i), batch.bytes(i));
            }
        }
    }

    /** One client, through all its connections. */
    private final class Talker {
        private final int number;
        private final ByteBuffer[] buffers = new ByteBuffer[CONVERSATIONS];
        /** Of the same memory, which outlives all operations: this object is kept until the port is closed. */
        private final long[] addresses = new long[CONVERSATIONS];
        private final AtomicLongArray latest = new AtomicLongArray(CONVERSATIONS);
        private final AtomicInteger conversations = new AtomicInteger();
        private volatile NamedPipe connection;

        Talker(final int number) {
            this.number = number;
            for (int slot = 0; slot < CONVERSATIONS; slot++) {
                buffers[slot] = ByteBuffer.allocateDirect(MESSAGE);
                addresses[slot] = NativeMemory.address(buffers[slot]);
            }
        }

        void enter() {
            try {
                connection = NamedPipeClient.builder(port, pipe).mode(PipeMode.MESSAGE)
                        .timeout(Duration.ofSeconds(2)).connect();
            } catch (final Win32Exception busy) {
                outside.add(this);
                return;
            }
            comings.increment();
            connection.attach(this);
            conversations.set(CONVERSATIONS);
            for (int slot = 0; slot < CONVERSATIONS; slot++) {
                say(slot);
            }
        }

        void goOn(final int slot, final Opcode opcode, final int status, final int bytes) {
            final ThreadLocalRandom random = ThreadLocalRandom.current();
            if (status == Win32Error.SUCCESS && opcode == Opcode.READ) {
                check(buffers[slot], bytes);
            }
            final boolean goesOn = status == Win32Error.SUCCESS || status == Win32Error.TIMEOUT
                    || status == Win32Error.OPERATION_ABORTED;
            if (!goesOn || random.nextInt(1_000) == 0) {
                connection.close();
                leave();
            } else if (opcode == Opcode.WRITE && status == Win32Error.SUCCESS) {
                hear(slot);
            } else if (random.nextInt(200) == 0) {
                stalls.increment();
                clock.schedule(() -> say(slot), 1 + random.nextInt(1_500), TimeUnit.MILLISECONDS);
            } else {
                say(slot);
            }
        }

        private void say(final int slot) {
            final ThreadLocalRandom random = ThreadLocalRandom.current();
            final int length = HEADER + random.nextInt(MESSAGE - HEADER);
            final ByteBuffer buffer = buffers[slot].clear();
            final int fill = random.nextInt();
            buffer.putInt(0, number).putInt(Integer.BYTES, fill).putInt(2 * Integer.BYTES, length);
            for (int i = HEADER; i < length; i++) {
                buffer.put(i, (byte) fill);
            }
            try {
                latest.set(slot, ledger.write(connection, slot, buffer, length, 1 + random.nextInt(2_000)));
            } catch (final DeviceClosedException gone) {
                leave();
            }
        }

        private void hear(final int slot) {
            final ThreadLocalRandom random = ThreadLocalRandom.current();
            // If a cancel or a short deadline has lost an echo, the last one never comes.
            final int timeout = random.nextInt(100) == 0 ? 1 : 1_000;
            try {
                buffers[slot].clear();
                latest.set(slot, random.nextBoolean()
                        ? ledger.readRaw(connection, slot, addresses[slot], MESSAGE, timeout)
                        : ledger.read(connection, slot, buffers[slot], timeout));
            } catch (final DeviceClosedException gone) {
                leave();
            }
        }

        /** An echo is what this client has said, on whichever of its conversations. */
        private void check(final ByteBuffer echo, final int length) {
            boolean mine = length >= HEADER && echo.getInt(0) == number && echo.getInt(2 * Integer.BYTES) == length;
            final byte fill = (byte) echo.getInt(Integer.BYTES);
            for (int i = HEADER; mine && i < length; i++) {
                mine = echo.get(i) == fill;
            }
            if (!mine) {
                ledger.fault("client " + number + " has heard what it has not said, " + length + " bytes");
            }
        }

        private void leave() {
            if (conversations.decrementAndGet() == 0) {
                outside.add(this);
            }
        }
    }
}

package io.github.iocp4j.tools;

import io.github.iocp4j.Completion;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Joins a pair of streams, such as standard input and output, to a device: copies input to the device and data of the
 * device to the output, until one of the two ends.
 */
public final class StreamJoint {
    /** The token of a write of the caller's own. */
    public static final long NO_DATA = -1;

    private static final int BUFFER = 65_536;
    /** Several, because on a pipe without a buffer a write waits for the peer. */
    private static final int WRITES = 8;
    /** How long the input may take to arrive after the device has gone; later input is not read. */
    private static final long SETTLE_MILLIS = 1000;
    /** How long a flush may take to return after the device has gone. */
    private static final long FLUSH_SECONDS = 10;

    private final InputStream input;
    private final OutputStream output;
    private final boolean emptyIsEnd;
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(BUFFER);
    private final byte[] heard = new byte[BUFFER];

    private final ByteBuffer[] outgoing = new ByteBuffer[WRITES];
    /** Indexes of the buffers that no write uses, as many as there are permits. */
    private final Queue<Integer> spare = new ConcurrentLinkedQueue<>();
    private final Semaphore permits = new Semaphore(WRITES);
    /** Only its holder reads the input. The other threads write, flush, or wait for it. */
    private final Lock reading = new ReentrantLock();
    /** Taken by the thread that has read, before it gives up {@code reading}, so that writes keep their order. */
    private final Lock writing = new ReentrantLock();
    private boolean ended;
    private final byte[] chunk = new byte[BUFFER];
    private StreamDevice target;
    private Delivery delivery;
    private Ending ending;

    // Guarded by this.
    private boolean awaitingInput;
    private boolean inputEnded;
    private boolean deviceEnded;
    private boolean deviceGone;
    private IOException failure;
    private long heardAt = System.nanoTime();

    /**
     * Creates a joint of standard input and output, without buffers: a buffer queries how much can be read, which not
     * every kind of standard input supports, and hides write errors.
     *
     * @param emptyIsEnd whether a read of nothing means that the peer writes no more, as on a pipe of messages
     * @return a joint that does nothing yet
     */
    public static StreamJoint ofStandardStreams(final boolean emptyIsEnd) {
        return ofStandardStreams(emptyIsEnd, UnaryOperator.identity());
    }

    /**
     * Creates a joint of filtered standard input and standard output.
     *
     * @param emptyIsEnd whether a read of nothing means that the peer writes no more, as on a pipe of messages
     * @param filter converts the input
     * @return a joint that does nothing yet
     */
    public static StreamJoint ofStandardStreams(final boolean emptyIsEnd, final UnaryOperator<InputStream> filter) {
        return new StreamJoint(filter.apply(new FileInputStream(FileDescriptor.in)),
                new FileOutputStream(FileDescriptor.out), emptyIsEnd);
    }

    private StreamJoint(final InputStream input, final OutputStream output, final boolean emptyIsEnd) {
        this.input = input;
        this.output = output;
        this.emptyIsEnd = emptyIsEnd;
        for (int i = 0; i < WRITES; i++) {
            spare.add(i);
        }
    }

    /**
     * Begins to read the device.
     *
     * @param device whose completions come to {@link #onCompletion}
     */
    public void startOutput(final StreamDevice device) {
        device.read(incoming, 0);
    }

    /** Runs when the input has ended and the peer has read all of it. */
    public interface Ending {
        /**
         * Ends the data to the device; may block.
         *
         * @throws IOException when it fails
         */
        void end() throws IOException;
    }

    /**
     * Begins to write to the device, on daemon threads, because a read of input that never comes cannot be ended.
     *
     * @param device whose completions come to {@link #onCompletion}
     * @param confirmation counts what the peer has read. A flush begins after each write that no input follows at once
     * @param then runs on one of those threads after the last write is confirmed, and before {@link #awaitInputEnd}
     *     returns
     */
    public void startInput(final StreamDevice device, final Delivery confirmation, final Ending then) {
        target = device;
        delivery = confirmation;
        ending = then;
        for (int i = 0; i <= confirmation.maxFlushes(); i++) {
            final Thread thread = new Thread(this::pump, "input");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /**
     * Handles one completion of the device; the port's listener calls it.
     *
     * @param completion the listener's completion
     */
    public void onCompletion(final Completion completion) {
        if (completion.opcode() == Opcode.WRITE) {
            if (completion.token() != NO_DATA) {
                onWritten(completion);
            }
        } else if (completion.opcode() == Opcode.READ) {
            onRead(completion);
        }
    }

    /**
     * Waits until the input has ended and the peer has read all of it, or the device has gone. In the second case the
     * read may notice that first: then everything that was read from the input is still written to the device, so that
     * the failure is reported. Input that has not arrived is not read.
     *
     * @return whether the input has ended, and the device is still there
     * @throws IOException when an operation has failed, such as a write to a device that has gone
     * @throws InterruptedException when the thread is interrupted
     */
    public boolean awaitInputEnd() throws IOException, InterruptedException {
        final boolean gone = awaitInput();
        if (gone) {
            delivery.awaitFlushes(FLUSH_SECONDS);
        }
        synchronized (this) {
            check();
        }
        return !gone;
    }

    private synchronized boolean awaitInput() throws IOException, InterruptedException {
        while (!inputEnded && !deviceGone && failure == null) {
            wait();
        }
        final long goneAt = System.nanoTime();
        long left = SETTLE_MILLIS;
        while (!inputEnded && failure == null && (!awaitingInput || left > 0)) {
            wait(awaitingInput ? left : 0);
            left = SETTLE_MILLIS - (System.nanoTime() - goneAt) / 1_000_000;
        }
        check();
        return deviceGone;
    }

    /**
     * Waits for the end of the device's data.
     *
     * @throws IOException when something has failed
     * @throws InterruptedException when the thread is interrupted
     */
    public synchronized void awaitDeviceEnd() throws IOException, InterruptedException {
        while (!deviceEnded && failure == null) {
            wait();
        }
        check();
    }

    /**
     * Waits until no data has arrived from the device for some time.
     *
     * @param milliseconds how long
     * @throws IOException when something has failed
     * @throws InterruptedException when the thread is interrupted
     */
    public synchronized void awaitSilence(final long milliseconds) throws IOException, InterruptedException {
        long left = milliseconds;
        heardAt = System.nanoTime();
        while (left > 0 && !deviceEnded && failure == null) {
            wait(left);
            left = milliseconds - (System.nanoTime() - heardAt) / 1_000_000;
        }
        check();
    }

    private void check() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    private void onRead(final Completion completion) {
        final int status = completion.status();
        final int bytes = completion.bytes();
        if (status != Win32Error.SUCCESS && status != Win32Error.MORE_DATA) {
            deviceEnded(true, isEnd(status) ? null : completion.error());
            return;
        }
        if (bytes == 0 && emptyIsEnd && status == Win32Error.SUCCESS) {
            deviceEnded(false, null);
        }
        try {
            incoming.clear();
            incoming.get(heard, 0, bytes);
            incoming.clear();
            output.write(heard, 0, bytes);
            output.flush();
            if (bytes > 0) {
                heardSomething();
            }
            startOutput((StreamDevice) completion.device());
        } catch (final DeviceClosedException ignored) {
            deviceEnded(true, null);
        } catch (final IOException e) {
            deviceEnded(true, e);
        }
    }

    private synchronized void heardSomething() {
        heardAt = System.nanoTime();
    }

    private void onWritten(final Completion completion) {
        if (completion.status() == Win32Error.SUCCESS) {
            delivery.completed(completion.bytes());
        } else {
            deviceEnded(true, new Win32Exception("WriteFile " + completion.device().name(), completion.status()));
        }
        spare.add((int) completion.token());
        permits.release();
    }

    private void pump() {
        try {
            for (long begun = sendUntilIdle(); begun > 0; begun = sendUntilIdle()) {
                delivery.confirm(begun);
            }
        } catch (final DeviceClosedException leaving) {
            deviceEnded(true, null);
            inputEnded();
        } catch (final IOException e) {
            deviceEnded(true, e);
        } catch (final InterruptedException | RuntimeException e) {
            deviceEnded(true, new IOException(e));
        }
    }

    /**
     * Sends input until none is at hand. Then another thread waits for input, and the calling one flushes. The other
     * thread is woken before the write, because the flush must begin right after it: the peer may leave at once.
     *
     * @return the flush that has begun, or 0 when the input has ended
     */
    private long sendUntilIdle() throws IOException, InterruptedException {
        for (;;) {
            final int index;
            final boolean idle;
            reading.lock();
            try {
                if (ended || isFailed()) {
                    return 0;
                }
                final int count = readInput();
                if (count < 0) {
                    ended = true;
                    endInput();
                    return 0;
                }
                idle = !isMoreAtHand();
                permits.acquire();
                index = spare.remove();
                buffer(index).put(chunk, 0, count).flip();
                writing.lock();
            } finally {
                reading.unlock();
            }
            final long begun = write(index, idle);
            if (begun > 0) {
                return begun;
            }
        }
    }

    /** Writes, and unlocks. */
    private long write(final int index, final boolean idle) {
        try {
            final int count = outgoing[index].remaining();
            target.write(outgoing[index], index);
            delivery.written(count);
            return idle ? delivery.begin() : 0;
        } finally {
            writing.unlock();
        }
    }

    private void endInput() throws IOException, InterruptedException {
        // The last writes have begun when this thread has the lock, and are complete when it has all permits.
        writing.lock();
        writing.unlock();
        permits.acquire(WRITES);
        delivery.finish();
        if (!isFailed()) {
            ending.end();
        }
        inputEnded();
    }

    private ByteBuffer buffer(final int index) {
        if (outgoing[index] == null) {
            outgoing[index] = ByteBuffer.allocateDirect(BUFFER);
        }
        return outgoing[index].clear();
    }

    private int readInput() throws IOException {
        awaitingInput(true);
        try {
            return input.read(chunk);
        } finally {
            awaitingInput(false);
        }
    }

    private boolean isMoreAtHand() {
        try {
            return input.available() > 0;
        } catch (final IOException unknown) {
            // Not every kind of standard input can be queried.
            return false;
        }
    }

    private synchronized boolean isFailed() {
        return failure != null;
    }

    private synchronized void inputEnded() {
        inputEnded = true;
        notifyAll();
    }

    private synchronized void awaitingInput(final boolean yes) {
        awaitingInput = yes;
        notifyAll();
    }

    private synchronized void deviceEnded(final boolean gone, final IOException why) {
        deviceEnded = true;
        deviceGone |= gone;
        if (failure == null) {
            failure = why;
        }
        notifyAll();
    }

    /** Whether this completion of a read is the end of the connection. */
    private static boolean isEnd(final int status) {
        return status == Win32Error.BROKEN_PIPE || status == Win32Error.PIPE_NOT_CONNECTED
                || status == Win32Error.HANDLES_CLOSED;
    }
}

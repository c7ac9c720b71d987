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
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;

/**
 * Joins a pair of streams, such as standard input and output, to a device: copies input to the device and data of the
 * device to the output, until one of the two ends.
 */
public final class StreamJoint {
    private static final int BUFFER = 65_536;
    /** How long the input may take to arrive after the device has gone; later input is not read. */
    private static final long SETTLE_MILLIS = 1000;

    private final InputStream input;
    private final OutputStream output;
    private final boolean emptyIsEnd;
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(BUFFER);
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(BUFFER);
    private final byte[] heard = new byte[BUFFER];
    private final Semaphore written = new Semaphore(0);
    private volatile int writeStatus;

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
    }

    /**
     * Begins to read the device.
     *
     * @param device whose completions come to {@link #onCompletion}
     */
    public void startOutput(final StreamDevice device) {
        device.read(incoming, 0);
    }

    /** Runs when the input has ended and all of it is written. */
    public interface Ending {
        /**
         * Ends the data to the device; may block.
         *
         * @throws IOException when written data has not arrived
         */
        void end() throws IOException;
    }

    /**
     * Begins to write to the device, on a daemon thread, because a read of input that never comes cannot be ended.
     *
     * @param device whose completions come to {@link #onCompletion}
     * @param ending runs on that thread after the last write, and before {@link #awaitInputEnd} returns
     */
    public void startInput(final StreamDevice device, final Ending ending) {
        final Thread thread = new Thread(() -> pump(device, ending), "input");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Handles one completion of the device; the port's listener calls it.
     *
     * @param completion the listener's completion
     */
    public void onCompletion(final Completion completion) {
        if (completion.opcode() == Opcode.WRITE) {
            writeStatus = completion.status();
            written.release();
        } else if (completion.opcode() == Opcode.READ) {
            onRead(completion);
        }
    }

    /**
     * Waits until the input has ended and all of it is written, or the device has gone. In the second case the read may
     * notice that first: then everything that was read from the input is still written to the device, so that the
     * failure is reported. Input that has not arrived is not read.
     *
     * @return whether the input has ended, and the device is still there
     * @throws IOException when an operation has failed, such as a write to a device that has gone
     * @throws InterruptedException when the thread is interrupted
     */
    public synchronized boolean awaitInputEnd() throws IOException, InterruptedException {
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
        return !deviceGone;
    }

    /**
     * Whether the device is known to have gone.
     *
     * @return true after a read has met the end of the connection
     */
    public synchronized boolean isDeviceGone() {
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

    private void pump(final StreamDevice device, final Ending ending) {
        try {
            send(device);
            ending.end();
        } catch (final DeviceClosedException leaving) {
            deviceEnded(true, null);
        } catch (final IOException e) {
            deviceEnded(true, e);
        } catch (final RuntimeException e) {
            deviceEnded(true, new IOException(e));
        } finally {
            synchronized (this) {
                inputEnded = true;
                notifyAll();
            }
        }
    }

    private void send(final StreamDevice device) throws IOException {
        final byte[] bytes = new byte[BUFFER];
        for (int count = readInput(bytes); count >= 0; count = readInput(bytes)) {
            outgoing.clear();
            outgoing.put(bytes, 0, count).flip();
            device.write(outgoing, 0);
            written.acquireUninterruptibly();
            if (writeStatus != Win32Error.SUCCESS) {
                throw new Win32Exception("WriteFile " + device.name(), writeStatus);
            }
        }
    }

    private int readInput(final byte[] bytes) throws IOException {
        awaitingInput(true);
        try {
            return input.read(bytes);
        } finally {
            awaitingInput(false);
        }
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

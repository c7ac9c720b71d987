package io.github.iocp4j.tools.syelog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A file whose writes wait during a pause. */
final class SlowDisk extends WriteOnlyFile {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private boolean paused;
    private int writers;

    /** From now on, writes wait. */
    synchronized void pause() {
        paused = true;
    }

    synchronized void goOn() {
        paused = false;
        notifyAll();
    }

    /** Waits until so many writes wait. */
    synchronized void awaitWriters(final int count) throws InterruptedException {
        while (writers < count) {
            wait();
        }
    }

    synchronized String content() {
        return taken.toString(StandardCharsets.UTF_8);
    }

    @Override
    public synchronized int write(final ByteBuffer source) throws IOException {
        writers++;
        notifyAll();
        try {
            while (paused) {
                wait();
            }
        } catch (final InterruptedException e) {
            throw new InterruptedIOException();
        } finally {
            writers--;
        }
        final byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        taken.writeBytes(bytes);
        return bytes.length;
    }

    @Override
    public synchronized long size() {
        return taken.size();
    }
}

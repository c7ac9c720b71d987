package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.tools.FileErrors;
import io.github.iocp4j.tools.terminal.Notices;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file that lines go to, by way of a buffer: a line is on its way at most {@value #LINGER_MILLIS} ms after it was
 * appended, and sooner when the buffer is full.
 *
 * <p>When the file cannot be written, lines stay in the buffer and are tried again; those that find it full are lost
 * and counted. No line is ever written in part, unless the disk fills up in the middle of it and stays full; what there
 * is of that one is cut off at the end.
 */
final class LogFile implements Closeable {
    private static final int CAPACITY = 1 << 18;
    private static final int LINGER_MILLIS = 20;
    private static final int RETRY_MILLIS = 500;

    private final SeekableByteChannel channel;
    private final Closeable handle;
    private final String name;
    private final boolean append;
    private final PrintStream complaints;
    private final ByteBuffer waiting = ByteBuffer.allocateDirect(CAPACITY);
    private final Thread flusher = new Thread(this::flush, "log-flusher");
    private boolean open;
    private boolean failing;
    private boolean complained;
    private long retryTime;
    private int torn;
    private long linesLost;

    /**
     * Makes a log that writes to a channel.
     *
     * @param handle what to close at the end
     * @param append whether {@link #start} leaves what is there
     * @param complaints is told when writing fails for the first time
     */
    LogFile(
            final SeekableByteChannel channel,
            final Closeable handle,
            final String name,
            final boolean append,
            final PrintStream complaints) {
        this.channel = channel;
        this.handle = handle;
        this.name = name;
        this.append = append;
        this.complaints = complaints;
    }

    /** Opens or creates a file, and leaves what is in it alone until {@link #start}. */
    static LogFile open(final Path path, final boolean append, final PrintStream complaints) throws IOException {
        try {
            final FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE,
                    append ? StandardOpenOption.APPEND : StandardOpenOption.WRITE);
            return new LogFile(channel, channel, path.toString(), append, complaints);
        } catch (final FileSystemException refused) {
            throw new IOException("Cannot write to " + path + ": "
                    + FileErrors.reason(refused, "there is no such folder"), refused);
        }
    }

    /** Standard output, which stays open at the end: it belongs to the whole JVM. */
    static LogFile standardOutput(final PrintStream complaints) {
        final FileOutputStream stream = new FileOutputStream(FileDescriptor.out);
        return new LogFile(stream.getChannel(), () -> { }, "standard output", true, complaints);
    }

    /** Empties the file, unless it is to be appended to, and begins to write. */
    synchronized void start() throws IOException {
        if (!append) {
            channel.truncate(0);
        }
        open = true;
        flusher.setDaemon(true);
        flusher.start();
    }

    /** What the file was opened as. */
    String name() {
        return name;
    }

    synchronized void append(final LogLine line) {
        final int length = line.length();
        if (waiting.remaining() < length && mayTry()) {
            write();
        }
        if (waiting.remaining() < length) {
            linesLost++;
            return;
        }
        waiting.put(line.bytes(), 0, length);
        if (waiting.position() == length) {
            notifyAll();
        }
    }

    /** Lines that are missing from the file because it could not be written. */
    synchronized long linesLost() {
        return linesLost;
    }

    /** Writes what is waiting. What cannot be written even now is lost. */
    @Override
    public void close() {
        synchronized (this) {
            if (open) {
                open = false;
                notifyAll();
                write();
                giveUp();
            }
        }
        try {
            handle.close();
        } catch (final IOException failed) {
            complain(failed);
        }
    }

    private synchronized void flush() {
        try {
            while (open) {
                if (waiting.position() == 0) {
                    wait();
                } else {
                    wait(failing ? RETRY_MILLIS : LINGER_MILLIS);
                    write();
                }
            }
        } catch (final InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean mayTry() {
        return !failing || System.nanoTime() - retryTime >= 0;
    }

    private void write() {
        waiting.flip();
        try {
            while (waiting.hasRemaining()) {
                channel.write(waiting);
            }
            failing = false;
        } catch (final IOException failed) {
            failing = true;
            retryTime = System.nanoTime() + RETRY_MILLIS * 1_000_000L;
            complain(failed);
        }
        torn = tornLength();
        waiting.compact();
    }

    /** How much of an unfinished line is in the file, when the buffer has been written up to its position. */
    private int tornLength() {
        int length = 0;
        for (int i = waiting.position(); i > 0 && waiting.get(i - 1) != '\n'; i--) {
            length++;
        }
        return length == waiting.position() ? torn + length : length;
    }

    private void giveUp() {
        for (int i = 0; i < waiting.position(); i++) {
            if (waiting.get(i) == '\n') {
                linesLost++;
            }
        }
        if (torn > 0) {
            try {
                channel.truncate(channel.size() - torn);
            } catch (final IOException ignored) {
                // Not a file, or a very sick disk: the line stays torn, and is counted as lost all the same.
            }
        }
    }

    private void complain(final IOException failed) {
        if (!complained) {
            complained = true;
            Notices.print(complaints, "syelogd",
                    "cannot write to " + name + ", but going on: " + failed.getMessage());
        }
    }
}

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
 * The log file with its buffer: a line is written at most {@value #LINGER_MILLIS} ms after it was appended, and sooner
 * when the buffer is full.
 *
 * <p>When a write fails, lines stay in the buffer and are tried again; lines that do not fit are lost and counted. A
 * line is written in part only if the disk fills up in the middle of it and stays full; that part is truncated at the
 * end.
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
     * Creates a log that writes to a channel.
     *
     * @param handle is closed at the end
     * @param append whether {@link #start} keeps the contents
     * @param complaints receives a message at the first write error
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

    /** Opens or creates a file, and does not change it until {@link #start}. */
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

    /** Truncates the file unless it is appended to, and begins to write. */
    synchronized void start() throws IOException {
        if (!append) {
            channel.truncate(0);
        }
        open = true;
        flusher.setDaemon(true);
        flusher.start();
    }

    /** The name of the file. */
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

    /** The number of lines that are missing from the file because of write errors. */
    synchronized long linesLost() {
        return linesLost;
    }

    /** Writes the buffered lines. Lines that cannot be written now are lost. */
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
        } catch (final InterruptedException interrupted) {
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

    /** The length of an incomplete line in the file, when the buffer is written up to its position. */
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
                // Not a file, or a broken disk: the incomplete line stays, and counts as lost.
            }
        }
    }

    private void complain(final IOException failed) {
        if (!complained) {
            complained = true;
            Notices.print(complaints, "syelogd",
                    "cannot write to " + name + "; will try again: " + failed.getMessage());
        }
    }
}

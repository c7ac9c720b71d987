package io.github.iocp4j.tools.copy;

import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.OverlappedFile;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One pass over a file, part after part, with as many parts in flight as there are blocks. A subclass defines the
 * operations on a part.
 */
abstract class Pass {
    final OverlappedFile source;
    final OverlappedFile target;
    private final long size;
    private final Stop stop;
    /** The alignment of unbuffered operations, otherwise 1. */
    private final int unit;
    private final AtomicInteger blocksLeft = new AtomicInteger();
    private final Semaphore over = new Semaphore(0);
    private long next;
    private IOException failure;

    Pass(final OverlappedFile source, final OverlappedFile target, final long size, final Stop stop) {
        this.source = source;
        this.target = target;
        this.size = size;
        this.stop = stop;
        unit = Math.max(source.alignment(), target.alignment());
    }

    /**
     * Runs over the whole file with those blocks. On return no operation is in flight, also after a failure.
     *
     * @param poller takes the completions on this thread; null if workers call {@link #completed}
     */
    final void run(final List<Block> blocks, final CompletionPoller poller) throws IOException {
        blocksLeft.set(blocks.size());
        for (final Block block : blocks) {
            block.pass = this;
            goOn(block);
        }
        if (poller == null) {
            over.acquireUninterruptibly();
        } else {
            while (!over.tryAcquire()) {
                poller.poll();
            }
        }
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
        }
        stop.check();
    }

    /** Handles a completion of this pass, on a worker or in a poll. */
    final void completed(final Block block, final Opcode opcode, final int bytes, final int status) {
        attempt(block, () -> {
            if (status != Win32Error.SUCCESS && status != Win32Error.HANDLE_EOF) {
                throw new Win32Exception(
                        (opcode == Opcode.WRITE ? "Writing " : "Reading ") + inWork(block, opcode).name(), status);
            }
            if (opcode == Opcode.READ && bytes < block.length) {
                throw new EOFException(inWork(block, opcode).name() + " was " + size + " bytes long, and another"
                        + " program has truncated it during the copy");
            }
            step(block, opcode, bytes);
        });
    }

    /** A part is done; its block takes the next one. */
    final void goOn(final Block block) {
        if (take(block)) {
            attempt(block, () -> start(block));
        } else if (blocksLeft.decrementAndGet() == 0) {
            over.release();
        }
    }

    /** The number of bytes to read for a part, rounded up to the alignment. */
    final int operationLength(final Block block) {
        return (block.length + unit - 1) & -unit;
    }

    /** Starts the first operation on a part. */
    abstract void start(Block block) throws IOException;

    /**
     * Handles the success of an operation; a read has at least the whole part. Starts the next operation on this part,
     * or calls {@link #goOn}.
     */
    abstract void step(Block block, Opcode opcode, int bytes) throws IOException;

    /** The file of the block's operation. */
    abstract OverlappedFile inWork(Block block, Opcode opcode);

    private interface Action {
        void run() throws IOException;
    }

    private void attempt(final Block block, final Action action) {
        try {
            action.run();
        } catch (final IOException | RuntimeException | Error thrown) {
            // An error, too: otherwise the block would never come back, and the pass never end.
            synchronized (this) {
                if (failure == null) {
                    failure = thrown instanceof IOException ? (IOException) thrown : new IOException(thrown);
                }
            }
            goOn(block);
        }
    }

    private synchronized boolean take(final Block block) {
        if (failure != null || stop.isWanted() || next >= size) {
            return false;
        }
        block.position = next;
        block.length = (int) Math.min(size - next, block.data.capacity());
        block.done = 0;
        next += block.length;
        return true;
    }
}

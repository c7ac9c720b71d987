package io.github.iocp4j.tools.copy;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.OverlappedFile;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One walk over a file, part after part, with as many parts on their way as there are blocks. What is done with a part
 * is the subclass's.
 */
abstract class Pass {
    final OverlappedFile source;
    final OverlappedFile target;
    private final long size;
    private final Stop stop;
    /** What unbuffered operations must be multiples of, else 1. */
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

    /** Walks over the whole file with those blocks. On return nothing is in flight, whatever has happened. */
    final void run(final List<Block> blocks) throws IOException {
        blocksLeft.set(blocks.size());
        for (final Block block : blocks) {
            block.pass = this;
            goOn(block);
        }
        over.acquireUninterruptibly();
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
        }
        stop.check();
    }

    /** One of the pass's operations is over; called by the port's workers. */
    final void completed(final Block block, final Opcode opcode, final int bytes, final int status) {
        attempt(block, () -> {
            if (status != Win32Error.SUCCESS && status != Win32Error.HANDLE_EOF) {
                throw new Win32Exception(
                        (opcode == Opcode.WRITE ? "Writing " : "Reading ") + inWork(block, opcode).name(), status);
            }
            if (opcode == Opcode.READ && bytes < block.length) {
                throw new EOFException(inWork(block, opcode).name() + " was " + size + " bytes long, and somebody else"
                        + " has made it shorter meanwhile");
            }
            step(block, opcode, bytes);
        });
    }

    /** A part is done with; the block takes the next one. */
    final void goOn(final Block block) {
        if (take(block)) {
            attempt(block, () -> start(block));
        } else if (blocksLeft.decrementAndGet() == 0) {
            over.release();
        }
    }

    /** How many bytes to ask for so that the part is among them. */
    final int operationLength(final Block block) {
        return (block.length + unit - 1) & -unit;
    }

    /** Starts the first operation on a part. */
    abstract void start(Block block) throws IOException;

    /**
     * An operation has succeeded, a read with at least the whole part. Starts the next one on this part, or calls
     * {@link #goOn}.
     */
    abstract void step(Block block, Opcode opcode, int bytes) throws IOException;

    /** The file that the block's operation is about. */
    abstract OverlappedFile inWork(Block block, Opcode opcode);

    private interface Action {
        void run() throws IOException;
    }

    private void attempt(final Block block, final Action action) {
        try {
            action.run();
        } catch (final IOException | RuntimeException thrown) {
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

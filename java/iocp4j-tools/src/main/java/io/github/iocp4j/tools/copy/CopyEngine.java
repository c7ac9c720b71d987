package io.github.iocp4j.tools.copy;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.file.FileShare;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Copies the contents of files, with one set of blocks for all. A thread copies a small file alone, in a {@link Lane}.
 * For a large one it waits, while the workers of one port handle the completions of its blocks.
 */
final class CopyEngine implements AutoCloseable {
    /** Blocks of a file from which on it is large: opening it twice is then little of the work. */
    private static final long LARGE = 16;

    private final CopySettings settings;
    private final Stop stop;
    private final Progress progress;
    private final Block[] blocks;
    private final BlockingQueue<Block> free;
    private final CompletionPort port;
    private final Queue<Lane> lanes = new ConcurrentLinkedQueue<>();

    CopyEngine(final CopySettings settings, final Stop stop, final Progress progress) throws IOException {
        this.settings = settings;
        this.stop = stop;
        this.progress = progress;
        blocks = allocate(settings);
        free = new ArrayBlockingQueue<>(blocks.length, false, List.of(blocks));
        port = CompletionPort.builder(this::onCompletion).name("copy").open();
    }

    /** Copies one file. After a failure or a stop, the incomplete copy is removed. */
    void copy(final Path from, final Path to) throws IOException {
        stop.check();
        if (!copyIfSmall(from, to)) {
            try (OverlappedFile source = openSource(port, from)) {
                copy(source, from, to, port, null);
            }
        }
        progress.fileDone();
    }

    private boolean copyIfSmall(final Path from, final Path to) throws IOException {
        final Lane idle = lanes.poll();
        final Lane lane = idle == null ? new Lane(this::onCompletion) : idle;
        // Not after an unexpected failure: other code may have closed the handle of the lane's port, for instance.
        boolean usable = false;
        try (OverlappedFile source = openSource(lane.port, from)) {
            final boolean small = source.size() < LARGE * settings.block;
            if (small) {
                copy(source, from, to, lane.port, lane.poller);
            }
            usable = true;
            return small;
        } catch (final IOException failed) {
            usable = true;
            throw failed;
        } finally {
            if (usable) {
                lanes.add(lane);
            } else {
                lane.close();
            }
        }
    }

    /** Without a poller, the workers of the port handle its completions. */
    private void copy(final OverlappedFile source, final Path from, final Path to, final CompletionPort on,
            final CompletionPoller poller) throws IOException {
        try (Target target = openTarget(on, from, to)) {
            final long size = source.size();
            final List<Block> borrowed = borrow(size);
            try {
                if (size > settings.block) {
                    // Later writes then need not extend it, which Windows does one after another; and a disk that
                    // is too small fails at once.
                    target.file().setSize(size);
                }
                new CopyPass(source, target.file(), size, stop, progress).run(borrowed, poller);
                if (target.file().alignment() > 1) {
                    target.file().setSize(size);
                }
                if (settings.verify) {
                    new VerifyPass(source, target.file(), size, stop).run(borrowed, poller);
                }
            } catch (final RuntimeException | Error broken) {
                // Their operations may still be in flight.
                borrowed.replaceAll(this::another);
                throw broken;
            } finally {
                free.addAll(borrowed);
            }
            target.file().copyMetadataFrom(source);
            target.complete();
        }
    }

    @Override
    public void close() {
        port.close();
        lanes.forEach(Lane::close);
    }

    private void onCompletion(final Completion completion) {
        final Block block = blocks[(int) completion.token()];
        block.pass.completed(block, completion.opcode(), completion.bytes(), completion.status());
    }

    private OverlappedFile openSource(final CompletionPort on, final Path from) throws IOException {
        // Shared for writing, so that a file that is being written, such as a log, can be copied.
        return hinted(OverlappedFile.builder(on, from)
                .read().share(FileShare.READ, FileShare.WRITE, FileShare.DELETE)).open();
    }

    private Target openTarget(final CompletionPort on, final Path from, final Path to) throws IOException {
        return Target.open(from, to, path -> {
            final OverlappedFile.Builder builder =
                    hinted(OverlappedFile.builder(on, path).write().createNew().share());
            return (settings.verify ? builder.read() : builder).open();
        });
    }

    private OverlappedFile.Builder hinted(final OverlappedFile.Builder builder) {
        return settings.unbuffered ? builder.unbuffered() : builder.sequential();
    }

    /** Takes as many blocks as the file can use and as are free, at least one. */
    private List<Block> borrow(final long size) throws IOException {
        final List<Block> borrowed = new ArrayList<>();
        try {
            borrowed.add(free.take());
        } catch (final InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
        final long useful = Math.min(settings.depth, (size + settings.block - 1) / settings.block);
        while (borrowed.size() < useful && !free.isEmpty()) {
            final Block block = free.poll();
            if (block == null) {
                break;
            }
            borrowed.add(block);
        }
        return borrowed;
    }

    private Block another(final Block instead) {
        blocks[instead.index] = new Block(instead.index, settings.block, settings.verify);
        return blocks[instead.index];
    }

    private static Block[] allocate(final CopySettings settings) throws IOException {
        final Block[] blocks = new Block[Math.max(settings.depth, settings.files)];
        try {
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = new Block(i, settings.block, settings.verify);
            }
        } catch (final OutOfMemoryError tooMany) {
            throw new IOException("There is no memory for " + blocks.length + " blocks of "
                    + ByteSize.text(settings.block) + ": choose a smaller --block, --depth or --files", tooMany);
        }
        return blocks;
    }
}

package io.github.iocp4j.tools.copy;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.file.FileShare;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Copies the contents of files, through one port and with one set of blocks for all. The calling thread waits for its
 * file; the port's workers handle the completions of its blocks.
 */
final class CopyEngine implements AutoCloseable {
    private final CopySettings settings;
    private final Stop stop;
    private final Progress progress;
    private final Block[] blocks;
    private final BlockingQueue<Block> free;
    private final CompletionPort port;

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
        try (OverlappedFile source = openSource(from); Target target = openTarget(from, to)) {
            final long size = source.size();
            final List<Block> borrowed = borrow(size);
            try {
                if (size > settings.block) {
                    // Later writes then need not extend it, which Windows does one after another; and a disk that
                    // is too small fails at once.
                    target.file().setSize(size);
                }
                new CopyPass(source, target.file(), size, stop, progress).run(borrowed);
                if (target.file().alignment() > 1) {
                    target.file().setSize(size);
                }
                if (settings.verify) {
                    new VerifyPass(source, target.file(), size, stop).run(borrowed);
                }
            } finally {
                free.addAll(borrowed);
            }
            target.file().copyMetadataFrom(source);
            target.complete();
        }
        progress.fileDone();
    }

    @Override
    public void close() {
        port.close();
    }

    private void onCompletion(final Completion completion) {
        final Block block = blocks[(int) completion.token()];
        block.pass.completed(block, completion.opcode(), completion.bytes(), completion.status());
    }

    private OverlappedFile openSource(final Path from) throws IOException {
        // Shared for writing, so that a file that is being written, such as a log, can be copied.
        return hinted(OverlappedFile.builder(port, from)
                .read().share(FileShare.READ, FileShare.WRITE, FileShare.DELETE)).open();
    }

    private Target openTarget(final Path from, final Path to) throws IOException {
        return Target.open(from, to, path -> {
            final OverlappedFile.Builder builder =
                    hinted(OverlappedFile.builder(port, path).write().createNew().share());
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

package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Random reads of 4 KiB from a file that is in the system's cache, a fixed number in flight. */
final class FileReads implements OnPort {
    private final Stint stint = new Stint();
    private final List<Slot> slots = new ArrayList<>();
    private final CompletionPort port;
    private final OverlappedFile file;

    /**
     * Arguments: the file, the number of reads in flight, "queued" or "inline", the number of further devices for the
     * file, the number of workers, 0 for the default, and the name of the mechanism.
     */
    FileReads(final List<String> arguments) throws IOException {
        final Path path = Path.of(arguments.get(0));
        port = OnPort.open(CompletionPort.builder(this::onCompletion), arguments.get(4), arguments.get(5));
        file = OverlappedFile.open(port, path);
        if (arguments.get(2).equals("inline")) {
            file.completeInline();
        }
        for (int i = 0; i < Integer.parseInt(arguments.get(3)); i++) {
            OverlappedFile.open(port, path);
        }
        for (int i = 0; i < Integer.parseInt(arguments.get(1)); i++) {
            slots.add(new Slot(new RandomBlocks(i, file.size())));
        }
    }

    @Override
    public long run(final long milliseconds) throws Exception {
        return stint.run(slots.size(), milliseconds, this::read);
    }

    @Override
    public CompletionPort port() {
        return port;
    }

    private void onCompletion(final Completion completion) {
        if (completion.status() != Win32Error.SUCCESS) {
            stint.fail(completion.error());
            return;
        }
        stint.count();
        if (stint.isOver()) {
            stint.goHome();
        } else {
            read((int) completion.token());
        }
    }

    /** Reads until a read is pending or the run is over. */
    private void read(final int index) {
        final Slot slot = slots.get(index);
        while (InlineCompletion.is(file.read(slot.buffer, slot.position.moveTo(slot.blocks.next()), index))) {
            stint.count();
            if (stint.isOver()) {
                stint.goHome();
                return;
            }
        }
    }

    private static final class Slot {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(RandomBlocks.LENGTH);
        final FilePosition position = FilePosition.at(0);
        final RandomBlocks blocks;

        Slot(final RandomBlocks blocks) {
            this.blocks = blocks;
        }
    }
}

package io.github.iocp4j.bench.contestants;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The same with an {@link AsynchronousFileChannel}, whose handlers run on threads of the default group. */
final class FileReadsAsynchronous implements Workload {
    private final Stint stint = new Stint();
    private final List<Slot> slots = new ArrayList<>();
    private final AsynchronousFileChannel channel;

    /** The method that opens a channel: the JDK's, or that of iocp4j-nio. */
    interface Opener {
        AsynchronousFileChannel open(Path file, OpenOption... options) throws IOException;
    }

    /** Arguments: the file, and how many are in flight. */
    FileReadsAsynchronous(final Opener opener, final List<String> arguments) throws IOException {
        channel = opener.open(Path.of(arguments.get(0)), StandardOpenOption.READ);
        for (int i = 0; i < Integer.parseInt(arguments.get(1)); i++) {
            slots.add(new Slot(new RandomBlocks(i, channel.size())));
        }
    }

    @Override
    public long run(final long milliseconds) throws Exception {
        return stint.run(slots.size(), milliseconds, i -> slots.get(i).read());
    }

    private final class Slot implements CompletionHandler<Integer, Void> {
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(RandomBlocks.LENGTH);
        private final RandomBlocks blocks;

        Slot(final RandomBlocks blocks) {
            this.blocks = blocks;
        }

        void read() {
            channel.read(buffer.clear(), blocks.next(), null, this);
        }

        @Override
        public void completed(final Integer bytes, final Void attachment) {
            if (bytes != RandomBlocks.LENGTH) {
                stint.fail(new EOFException());
                return;
            }
            stint.count();
            if (stint.isOver()) {
                stint.goHome();
            } else {
                read();
            }
        }

        @Override
        public void failed(final Throwable thrown, final Void attachment) {
            stint.fail(thrown);
        }
    }
}

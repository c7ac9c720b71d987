package io.github.iocp4j.bench.contestants;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/** The same with {@link FileChannel}, which blocks, and so with one read at a time. */
final class FileReadsChannel implements Repeated {
    private final FileChannel channel;
    private final RandomBlocks blocks;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(RandomBlocks.LENGTH);

    /** Arguments: the file. */
    FileReadsChannel(final List<String> arguments) throws IOException {
        channel = FileChannel.open(Path.of(arguments.get(0)));
        blocks = new RandomBlocks(0, channel.size());
    }

    @Override
    public void once() throws IOException {
        if (channel.read(buffer.clear(), blocks.next()) != RandomBlocks.LENGTH) {
            throw new EOFException();
        }
    }
}

package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;
import java.util.List;

/** The same with {@link AsynchronousFileChannel}, which has one port for all. */
final class OpenCloseJdk implements Workload {
    private final Path path;

    /** Arguments: the file. */
    OpenCloseJdk(final List<String> arguments) {
        path = Path.of(arguments.get(0));
    }

    @Override
    public boolean worksOnCallersThread() {
        return true;
    }

    @Override
    public long run(final long milliseconds) throws IOException {
        final long end = System.nanoTime() + milliseconds * 1_000_000;
        long operations = 0;
        do {
            AsynchronousFileChannel.open(path).close();
            operations++;
        } while (System.nanoTime() < end);
        return operations;
    }
}

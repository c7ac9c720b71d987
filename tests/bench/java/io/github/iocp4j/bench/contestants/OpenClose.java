package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.OverlappedFile;
import io.github.iocp4j.Win32Exception;
import java.nio.file.Path;
import java.util.List;

/** Opens a file, makes it known to a port and closes it again. */
final class OpenClose implements Workload {
    private final Path path;
    private final CompletionPort port;

    /** Arguments: the file. */
    OpenClose(final List<String> arguments) throws Win32Exception {
        path = Path.of(arguments.get(0));
        port = CompletionPort.open(batch -> { });
    }

    @Override
    public boolean worksOnCallersThread() {
        return true;
    }

    @Override
    public long run(final long milliseconds) throws Win32Exception {
        final long end = System.nanoTime() + milliseconds * 1_000_000;
        long operations = 0;
        do {
            OverlappedFile.open(port, path).close();
            operations++;
        } while (System.nanoTime() < end);
        return operations;
    }
}

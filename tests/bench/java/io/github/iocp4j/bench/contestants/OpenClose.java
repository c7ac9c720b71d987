package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Opens a file, registers it with a port and closes it. */
final class OpenClose implements Repeated {
    private final Path path;
    private final CompletionPort port;

    /** Arguments: the file. */
    OpenClose(final List<String> arguments) throws IOException {
        path = Path.of(arguments.get(0));
        port = CompletionPort.open(batch -> { });
    }

    @Override
    public void once() throws IOException {
        OverlappedFile.open(port, path).close();
    }
}

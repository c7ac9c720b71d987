package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;
import java.util.List;

/** The same with {@link AsynchronousFileChannel}, which uses one port for all files. */
final class OpenCloseJdk implements Repeated {
    private final Path path;

    /** Arguments: the file. */
    OpenCloseJdk(final List<String> arguments) {
        path = Path.of(arguments.get(0));
    }

    @Override
    public void once() throws IOException {
        AsynchronousFileChannel.open(path).close();
    }
}

package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.tools.syelog.DefaultSyelogd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The tool syelogd. */
final class Syelogd implements OnPort {
    private final String name;
    private final CompletionPort port;

    /** Arguments: the pipe, and the file. */
    Syelogd(final List<String> arguments) throws IOException {
        name = arguments.get(0);
        port = DefaultSyelogd.start(name, Path.of(arguments.get(1)));
    }

    @Override
    public String address() {
        return name;
    }

    @Override
    public CompletionPort port() {
        return port;
    }
}

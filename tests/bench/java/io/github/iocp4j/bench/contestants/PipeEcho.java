package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.util.List;

/** An echo server on a named pipe. */
final class PipeEcho implements OnPort {
    private final CompletionPort port;
    private final String name;

    /** Arguments: the pipe, "queued" or "inline", and the name of the mechanism. */
    PipeEcho(final List<String> arguments) throws Win32Exception {
        name = arguments.get(0);
        port = OnPort.open(CompletionPort.builder(new EchoListener(arguments.get(1).equals("inline"), Pause.NONE)), "0",
                arguments.get(2));
        NamedPipeServer.builder(port, name).open();
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

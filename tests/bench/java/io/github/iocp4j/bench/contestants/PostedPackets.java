package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Packets that the program posts to itself: each packet that arrives posts the next one. */
final class PostedPackets implements OnPort {
    private final Stint stint = new Stint();
    private final int inFlight;
    private final CompletionPort port;

    /** Arguments: the number of packets in flight, a file, and the number of devices for it. */
    PostedPackets(final List<String> arguments) throws IOException {
        inFlight = Integer.parseInt(arguments.get(0));
        port = CompletionPort.open(this::onCompletion);
        for (int i = 0; i < Integer.parseInt(arguments.get(2)); i++) {
            OverlappedFile.open(port, Path.of(arguments.get(1)));
        }
    }

    @Override
    public long run(final long milliseconds) throws Exception {
        return stint.run(inFlight, milliseconds, i -> port.post(i, 0, i));
    }

    @Override
    public CompletionPort port() {
        return port;
    }

    private void onCompletion(final Completion completion) {
        stint.count();
        if (stint.isOver()) {
            stint.goHome();
            return;
        }
        try {
            port.post(completion.key(), 0, completion.token());
        } catch (final Win32Exception failed) {
            stint.fail(failed);
        }
    }
}

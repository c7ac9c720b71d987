package io.github.iocp4j.tools.catpipe;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.pipe.PipeMode;
import io.github.iocp4j.tools.Delivery;
import io.github.iocp4j.tools.StreamJoint;
import io.github.iocp4j.tools.terminal.Notices;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The tool {@code cat-pipe}: joins standard input and output to a named pipe.
 */
@Command(
        name = "cat-pipe",
        header = "Joins standard input and output to a named pipe, as its client or its server.",
        description = {
            "Copies standard input to the pipe, and data from the pipe to standard output."
                + " It ends when the other side closes the pipe, or when standard input has ended and the other side"
                + " has read all of it. If the other side leaves and is not known to have read everything that was"
                + " sent, it fails, and prints how many bytes that concerns at most.",
            "",
            "Only the side that sends can know this, and a client cannot if the server leaves in the moment after the"
                + " last data has arrived: then it prints that, and succeeds. The side that receives does not know how"
                + " much was to come: it succeeds, even if its own end of standard input has cut the data short.",
            "",
            "A byte-mode pipe has no half close: to receive an answer after the end of standard input, use --wait."
                + " On a message-mode pipe (--message) the end of the data is an empty message; it ends when both sides"
                + " have sent one, so that neither is cut short."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; the other side has read everything that was sent, unless a message says that this is unknown",
            "1:failed, or the other side has left and is not known to have read everything",
            "2:wrong usage"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  dir | iocp4j cat-pipe --listen files --send  send it to the first client",
            "  iocp4j cat-pipe files --receive > list.txt   be that client",
            "  type ask.txt | iocp4j cat-pipe docker_engine --wait",
            "  iocp4j cat-pipe --listen chat --message      talk to another:",
            "  iocp4j cat-pipe chat --message               the other"
        })
public final class CatPipeCommand implements Callable<Integer> {
    private static final int BUFFER = 65_536;
    /** A flush that is in progress when more is written says nothing about that; the next one need not wait for it. */
    private static final int FLUSHES = 3;

    @Parameters(paramLabel = "PIPE", description = "NAME, \\\\.\\pipe\\NAME, or \\\\SERVER\\pipe\\NAME.")
    private String name;

    @Option(names = "--listen", description = "Serve the pipe to one client. Default: be a client.")
    private boolean listen;

    @Option(names = "--message", description = "Read and write messages. Default: bytes.")
    private boolean message;

    @ArgGroup
    private Direction direction = new Direction();

    @Option(names = "--wait", description = "After the end of standard input, continue until the other side closes.")
    private boolean await;

    @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "10",
            description = "How long a client waits while the pipe is busy. Default: ${DEFAULT-VALUE}")
    private int timeout;

    private final CompletableFuture<NamedPipe> accepted = new CompletableFuture<>();
    private StreamJoint joint;

    CatPipeCommand() {
    }

    /** The direction, if it is only one. */
    static final class Direction {
        @Option(names = "--send", description = "Only send: standard output stays empty.")
        private boolean send;

        @Option(names = "--receive", description = "Only receive: standard input is not read.")
        private boolean receive;

        /** Seen from the client's end. */
        PipeDirection code() {
            if (send) {
                return PipeDirection.OUTBOUND;
            }
            return receive ? PipeDirection.INBOUND : PipeDirection.DUPLEX;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (timeout < 0) {
            throw new IllegalArgumentException("--timeout is " + timeout + ", but must not be negative");
        }
        joint = StreamJoint.ofStandardStreams(message);
        try (CompletionPort port = CompletionPort.builder(this::onCompletion).name("cat-pipe").workers(2).open();
                NamedPipe pipe = listen ? serve(port) : connect(port)) {
            join(pipe);
        }
        return ExitCode.OK;
    }

    private NamedPipe connect(final CompletionPort port) throws Win32Exception {
        if (direction.send) {
            try {
                // Reads nothing, but only an end that may read can query whether the other side is still there.
                return connect(port, PipeDirection.DUPLEX);
            } catch (final Win32Exception refused) {
                if (refused.code() != Win32Error.ACCESS_DENIED) {
                    throw refused;
                }
            }
        }
        return connect(port, direction.code());
    }

    private NamedPipe connect(final CompletionPort port, final PipeDirection access) throws Win32Exception {
        return NamedPipeClient.builder(port, NamedPipeAddress.ofLocalOrRemote(name))
                .direction(access)
                .mode(message && !direction.send ? PipeMode.MESSAGE : PipeMode.BYTE)
                .timeout(Duration.ofSeconds(timeout))
                .connect();
    }

    private NamedPipe serve(final CompletionPort port) throws IOException, InterruptedException {
        // Duplex in any case, because clients of either direction may connect. Without a buffer to the client, so that
        // a write completes when the client has read it.
        try (NamedPipeServer server = NamedPipeServer.builder(port, name)
                .mode(message ? PipeMode.MESSAGE : PipeMode.BYTE)
                .buffers(BUFFER, 0)
                .listening(1)
                .maxInstances(1)
                .open()) {
            Notices.print("cat-pipe", "serving " + server.name());
            return accepted.get();
        } catch (final ExecutionException e) {
            throw (IOException) e.getCause();
        }
    }

    private void join(final NamedPipe pipe) throws IOException, InterruptedException {
        if (!direction.send) {
            joint.startOutput(pipe);
        }
        if (direction.receive) {
            joint.awaitDeviceEnd();
            return;
        }
        final Delivery delivery = listen ? Delivery.byWrites() : Delivery.byFlushes(() -> flush(pipe), FLUSHES);
        delivery.rehearse();
        joint.startInput(pipe, delivery, () -> end(pipe));
        try {
            final boolean there = joint.awaitInputEnd();
            if (delivery.isUnknown()) {
                // Usually it has read everything, and has left at once.
                Notices.print("cat-pipe", "the other side has left at once, and whether it has read the last "
                        + delivery.unconfirmed() + " bytes is unknown");
                return;
            }
            if (!there && delivery.unconfirmed() > 0) {
                throw new IOException(left(delivery));
            }
            if (there && (await || endsByMessage())) {
                joint.awaitDeviceEnd();
            }
        } catch (final Win32Exception refused) {
            throw isGone(refused) ? new IOException(left(delivery) + ": " + refused.getMessage(), refused) : refused;
        }
    }

    private static String left(final Delivery delivery) {
        return "the other side has left and may not have read the last " + delivery.unconfirmed() + " bytes";
    }

    /**
     * Waits until the other side has read everything. If it has left before the flush, it may have read everything or
     * nothing, and the flush would succeed in both cases; therefore this method returns false. A moment between the
     * query and the flush remains in which the other side can leave unnoticed.
     */
    private static boolean flush(final NamedPipe pipe) throws Win32Exception {
        try {
            pipe.peek();
        } catch (final Win32Exception refused) {
            if (isGone(refused)) {
                return false;
            }
            // An end that may not read cannot query.
        }
        pipe.flush();
        return true;
    }

    private boolean endsByMessage() {
        return message && !direction.send;
    }

    /** Sends the end when the other side has read everything; it need not read the message that is the end. */
    private void end(final NamedPipe pipe) {
        if (endsByMessage()) {
            pipe.closeWrite(StreamJoint.NO_DATA);
        }
    }

    private static boolean isGone(final Win32Exception refused) {
        return refused.code() == Win32Error.BROKEN_PIPE || refused.code() == Win32Error.NO_DATA
                || refused.code() == Win32Error.PIPE_NOT_CONNECTED;
    }

    private void onCompletion(final Completion completion) {
        if (completion.opcode() != Opcode.ACCEPT) {
            joint.onCompletion(completion);
        } else if (completion.status() == Win32Error.SUCCESS) {
            accepted.complete((NamedPipe) completion.device());
        } else {
            accepted.completeExceptionally(completion.error());
        }
    }
}

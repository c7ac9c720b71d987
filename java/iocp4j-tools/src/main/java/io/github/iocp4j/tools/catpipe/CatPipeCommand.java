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
                + " has read all of it. If the other side closes before, with data unread or unsent, it"
                + " fails.",
            "",
            "A byte-mode pipe has no half close: to receive an answer after the end of standard input, use --wait."
                + " On a message-mode pipe (--message) the end of the data is an empty message; it ends when both sides"
                + " have sent one."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed, or the other side has left before everything was sent", "2:wrong usage"},
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
        return NamedPipeClient.builder(port, NamedPipeAddress.ofLocalOrRemote(name))
                .direction(direction.code())
                .mode(message && !direction.send ? PipeMode.MESSAGE : PipeMode.BYTE)
                .timeout(Duration.ofSeconds(timeout))
                .connect();
    }

    private NamedPipe serve(final CompletionPort port) throws IOException, InterruptedException {
        // Duplex in any case, because clients of either direction may connect.
        try (NamedPipeServer server = NamedPipeServer.builder(port, name)
                .mode(message ? PipeMode.MESSAGE : PipeMode.BYTE)
                .buffers(BUFFER, BUFFER)
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
        joint.startInput(pipe, () -> end(pipe));
        try {
            final boolean there = joint.awaitInputEnd();
            if (there && (await || endsByMessage())) {
                joint.awaitDeviceEnd();
            }
        } catch (final Win32Exception refused) {
            throw isGone(refused) ? new IOException("the other side has left before it has read everything: "
                    + refused.getMessage(), refused) : refused;
        }
    }

    private boolean endsByMessage() {
        return message && !direction.send;
    }

    /**
     * Waits until the other side has read everything, and sends the end. The flush begins at once, because only a flush
     * in progress fails when the other side closes with unread data; it precedes the message that is the end, which the
     * other side need not read.
     */
    private void end(final NamedPipe pipe) throws IOException {
        // If the other side has closed before, Windows does not report whether it has read everything.
        if (!joint.isDeviceGone()) {
            pipe.flush();
        }
        if (endsByMessage()) {
            pipe.closeWrite(0);
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

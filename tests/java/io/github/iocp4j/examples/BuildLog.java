package io.github.iocp4j.examples;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/**
 * Prints the output of a program that {@link ProcessBuilder} starts, without a thread that reads it: the program writes
 * to a pipe, as if it were a file. A new program is easier to start with {@link io.github.iocp4j.pipe.ChildProcess}.
 */
public final class BuildLog {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
    private final CountDownLatch end = new CountDownLatch(1);

    private BuildLog() {
    }

    /** Runs the command of the arguments. */
    public static void main(final String[] command) throws IOException, InterruptedException {
        final BuildLog log = new BuildLog();
        final String name = "build-log-" + ProcessHandle.current().pid();
        try (CompletionPort port = CompletionPort.open(log::onCompletion);
                NamedPipeServer server = NamedPipeServer.builder(port, name).open()) {
            final Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true).redirectOutput(new File(server.name())).start();
            log.end.await(); // the last process that has the pipe has exited
            System.out.println("Exit code " + process.waitFor());
        }
    }

    /** One read at a time, and therefore one thread at a time. */
    private void onCompletion(final Completion completion) {
        if (completion.status() != Win32Error.SUCCESS) {
            if (completion.opcode() == Opcode.READ) {
                completion.device().close();
                end.countDown();
            }
            return;
        }
        if (completion.opcode() == Opcode.READ) {
            final byte[] text = new byte[completion.bytes()];
            buffer.get(text);
            System.out.write(text, 0, text.length);
        }
        ((NamedPipe) completion.device()).read(buffer.clear(), 0);
    }
}

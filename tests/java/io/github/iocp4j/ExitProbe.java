package io.github.iocp4j;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A program that ends, in one of several ways, while devices are open and operations are in flight. */
final class ExitProbe {
    private ExitProbe() {
    }

    /** How the program ends. */
    enum Way {
        /** The main thread returns. */
        RETURN,
        /** A listener calls System.exit. */
        EXIT_FROM_LISTENER,
        /** A shutdown hook closes the port. */
        CLOSE_IN_HOOK
    }

    /**
     * Opens a port, a server and both ends of a pipe, starts reads and writes, and ends.
     *
     * @param args the way
     * @throws Exception when something before the end fails
     */
    public static void main(final String[] args) throws Exception {
        final Recorder recorder = new Recorder();
        final CompletionPort port = CompletionPort.batchBuilder(batch -> {
            if (batch.opcode(0) == Opcode.POST) {
                System.exit(7);
            }
            recorder.onCompletions(batch);
        }).open();
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        for (int i = 0; i < 20; i++) {
            pair.server.read(ByteBuffer.allocateDirect(10), i);
            pair.client.write(ByteBuffer.allocateDirect(1 << 20), i);
        }
        NamedPipeServer.builder(port, PipePair.newName()).open();
        switch (Way.valueOf(args[0])) {
            case EXIT_FROM_LISTENER:
                port.post(0, 0, 0);
                Thread.sleep(Duration.ofMinutes(1).toMillis());
                break;
            case CLOSE_IN_HOOK:
                Runtime.getRuntime().addShutdownHook(new Thread(() ->
                        System.out.println("closed " + port.close(Duration.ofSeconds(30)))));
                break;
            default:
                break;
        }
        System.out.println("end of main");
    }
}

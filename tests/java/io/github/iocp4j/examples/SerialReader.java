package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.device.SerialPort;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Sends a command to what is on a serial port, and tells each line of the answer until there is silence. */
public final class SerialReader implements CompletionListener {
    private static final int SILENCE = 1000; // milliseconds
    private static final int GAP = 20; // milliseconds between bytes after which a read tells what it has

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256);
    private final StringBuilder line = new StringBuilder();
    private final CompletableFuture<Void> silence = new CompletableFuture<>();
    private final Consumer<String> lines;

    SerialReader(final Consumer<String> lines) {
        this.lines = lines;
    }

    /** Asks what is on the port args[0], as in COM3, with args[1]. */
    public static void main(final String[] args) throws Exception {
        new SerialReader(System.out::println).ask(args[0], args[1]);
    }

    void ask(final String name, final String command) throws Exception {
        try (CompletionPort port = CompletionPort.open(this);
                SerialPort serial = SerialPort.builder(port, name).baud(115_200).readTimeouts(GAP, 0, SILENCE).open()) {
            buffer.put((command + "\r\n").getBytes(US_ASCII));
            serial.write(buffer.flip(), 0);
            silence.get();
        }
    }

    /** One operation is in flight at a time, so that no two workers are ever in here. */
    @Override
    public void onCompletion(final Completion completion) {
        final boolean read = completion.opcode() == Opcode.READ;
        final int bytes = completion.bytes();
        if (completion.status() != Win32Error.SUCCESS) {
            silence.completeExceptionally(completion.error()); // unplugged, for one
        } else if (read && bytes == 0) {
            silence.complete(null);
        } else {
            if (read) {
                take(buffer.clear().limit(bytes));
            }
            ((SerialPort) completion.device()).read(buffer.clear(), 0);
        }
    }

    /** A line may come in pieces, and a piece may have several lines. */
    void take(final ByteBuffer piece) {
        while (piece.hasRemaining()) {
            final char next = (char) (piece.get() & 0x7f);
            if (next == '\n') {
                lines.accept(line.toString());
                line.setLength(0);
            } else if (next != '\r') {
                line.append(next);
            }
        }
    }
}

package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The input and output of a program that runs until Enter is pressed. */
final class Console implements AutoCloseable {
    private static final int TIMEOUT_SECONDS = 60;

    private final InputStream keyboard = System.in;
    private final PrintStream screen = System.out;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PipedOutputStream keys = new PipedOutputStream();
    private CompletableFuture<Void> program = CompletableFuture.completedFuture(null);

    /** A program's entry. */
    interface Main {
        /** Runs it to its end. */
        void run(String[] args) throws Exception;
    }

    Console() throws IOException {
        System.setIn(new PipedInputStream(keys));
        System.setOut(new PrintStream(printed, true, UTF_8));
    }

    /** Starts a program in the background. */
    void start(final Main main, final String... args) {
        program = CompletableFuture.runAsync(() -> {
            try {
                main.run(args);
            } catch (final Exception e) {
                throw new AssertionError(e);
            }
        }, task -> new Thread(task, "program").start());
    }

    /** Waits until the program has printed a text. */
    void await(final String text) throws Exception {
        while (!printed().contains(text)) {
            if (program.isDone()) {
                program.get();
                throw new AssertionError("It has ended without \"" + text + "\", and said: " + printed());
            }
            Thread.sleep(10);
        }
    }

    String printed() {
        return printed.toString(UTF_8);
    }

    /** Presses Enter, and waits until the program has ended. */
    void pressEnter() throws Exception {
        keys.write('\n');
        keys.flush();
        program.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        keys.close();
        System.setIn(keyboard);
        System.setOut(screen);
    }
}

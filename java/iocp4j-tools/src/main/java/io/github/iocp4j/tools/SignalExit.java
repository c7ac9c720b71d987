package io.github.iocp4j.tools;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ExitCode;

/**
 * Lets Ctrl-C, or a console window that is closed, end a program the way in which it ends by itself, and with the exit
 * code that it then has.
 */
public final class SignalExit implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 15;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;
    private volatile int exitCode = ExitCode.SOFTWARE;

    /**
     * Begins to watch.
     *
     * @param stop asks the program to end; runs on a thread of its own
     */
    public SignalExit(final Runnable stop) {
        hook = new Thread(() -> {
            stop.run();
            awaitEnd();
        }, "signal-exit");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Sets the exit code that the program ends with; it is that of a failure before this is called.
     *
     * @param code the exit code
     * @return the same
     */
    public int withCode(final int code) {
        exitCode = code;
        return code;
    }

    /** The program has ended, by itself or because it was asked to. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException ignored) {
            // It is running, and about to end the JVM.
        }
    }

    private void awaitEnd() {
        try {
            if (ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                // The exit code of System.exit was fixed before the hooks ran: it would be that of a failure.
                Runtime.getRuntime().halt(exitCode);
            }
        } catch (final InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
    }
}

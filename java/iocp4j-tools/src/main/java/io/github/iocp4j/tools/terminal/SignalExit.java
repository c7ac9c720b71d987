package io.github.iocp4j.tools.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ExitCode;

/**
 * Makes Ctrl-C, or the close of the console window, end a program as it ends by itself, and with its own exit code.
 */
public final class SignalExit implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 15;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;
    private volatile int exitCode = ExitCode.SOFTWARE;

    /**
     * Registers the shutdown hook.
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
     * Sets the exit code that the program ends with; a failure before this is called.
     *
     * @param code the exit code
     * @return the same
     */
    public int withCode(final int code) {
        exitCode = code;
        return code;
    }

    /** Marks the program as ended. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException ignored) {
            // The hook is running, and the JVM is about to end.
        }
    }

    private void awaitEnd() {
        try {
            if (ended.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                // Hooks cannot change the exit code of System.exit, which would be that of a failure.
                Runtime.getRuntime().halt(exitCode);
            }
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

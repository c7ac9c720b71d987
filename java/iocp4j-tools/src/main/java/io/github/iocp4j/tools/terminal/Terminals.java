package io.github.iocp4j.tools.terminal;

import java.io.IOException;

/** Detects terminals. */
public final class Terminals {
    private Terminals() {
    }

    /**
     * Whether standard error is a terminal.
     *
     * @return false if it is a file or a pipe, as far as Java can detect it
     */
    public static boolean isErrors() {
        // ./dev puts pipes between, and sets this property.
        return hasConsole() || Boolean.getBoolean("iocp4j.tools.terminal");
    }

    /**
     * Whether standard output is a terminal.
     *
     * @return false if it is a file or a pipe
     */
    public static boolean isOutput() {
        return hasConsole() || Boolean.getBoolean("iocp4j.tools.terminal.output");
    }

    /**
     * Enables escape sequences on a Windows console; other terminals support them anyway. Java cannot enable them, but
     * the command interpreter does and leaves them on.
     *
     * @throws InterruptedException when the thread is interrupted
     */
    public static void understandEscapes() throws InterruptedException {
        if (hasConsole()) {
            try {
                new ProcessBuilder("cmd.exe", "/d", "/c", "rem").inheritIO().start().waitFor();
            } catch (final IOException ignored) {
                // Without escape sequences the page is harder to read.
            }
        }
    }

    private static boolean hasConsole() {
        return System.console() != null && isTerminal(System.console());
    }

    /** Since JDK 22 System.console() is never null, but knows whether it is a terminal. */
    private static boolean isTerminal(final Object console) {
        try {
            return (boolean) console.getClass().getMethod("isTerminal").invoke(console);
        } catch (final ReflectiveOperationException older) {
            return true;
        }
    }
}

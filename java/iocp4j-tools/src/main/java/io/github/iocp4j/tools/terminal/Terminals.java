package io.github.iocp4j.tools.terminal;

import java.io.IOException;

/** Tells whether somebody sees what is printed as it is printed. */
public final class Terminals {
    private Terminals() {
    }

    /**
     * Whether standard error is a terminal.
     *
     * @return false if it is a file or a pipe, as far as Java tells
     */
    public static boolean isErrors() {
        // Under ./dev there are pipes between, and it tells.
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
     * Lets a console of Windows' own do what escape sequences say, which other terminals do anyway. The command
     * interpreter switches that on and leaves it on; Java has no way to.
     *
     * @throws InterruptedException when the thread is interrupted
     */
    public static void understandEscapes() throws InterruptedException {
        if (hasConsole()) {
            try {
                new ProcessBuilder("cmd.exe", "/d", "/c", "rem").inheritIO().start().waitFor();
            } catch (final IOException ignored) {
                // Then the page is harder to read.
            }
        }
    }

    private static boolean hasConsole() {
        return System.console() != null && isTerminal(System.console());
    }

    /** Since JDK 22 there is a console in any case, which tells whether it is one. */
    private static boolean isTerminal(final Object console) {
        try {
            return (boolean) console.getClass().getMethod("isTerminal").invoke(console);
        } catch (final ReflectiveOperationException older) {
            return true;
        }
    }
}

package io.github.iocp4j.tools.terminal;

import java.io.PrintStream;

/**
 * A tool's messages to its user, beside its output. Each message is one line, even if the names in it have line ends.
 */
public final class Notices {
    private Notices() {
    }

    /**
     * Prints a message on standard error.
     *
     * @param tool the tool's name
     * @param message any text; see {@link SafeText}
     */
    public static void print(final String tool, final String message) {
        print(System.err, tool, message);
    }

    /**
     * Prints a message.
     *
     * @param to the stream
     * @param tool the tool's name
     * @param message any text; see {@link SafeText}
     */
    public static void print(final PrintStream to, final String tool, final String message) {
        to.println(tool + ": " + SafeText.of(message));
    }
}

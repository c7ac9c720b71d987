package io.github.iocp4j.pipe;

import io.github.iocp4j.internal.Printable;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The command line of a process. Windows passes one string, which the runtime library of the program splits. */
final class CommandLine {
    /** The limit of {@code CreateProcessW}, without the final NUL. */
    static final int MAX_LENGTH = 32_766;

    private CommandLine() {
    }

    /** Quotes the words so that {@code CommandLineToArgvW} and the C runtime library of Microsoft return them. */
    static String of(final List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("The command is empty: its first word is the program");
        }
        final StringBuilder line = new StringBuilder();
        appendProgram(line, Objects.requireNonNull(words.get(0), "program"));
        for (final String word : words.subList(1, words.size())) {
            append(line.append(' '), Objects.requireNonNull(word, "argument"));
        }
        return check(line.toString());
    }

    /** Checks a command line that the program has written itself. */
    static String check(final String line) {
        if (line.isBlank()) {
            throw new IllegalArgumentException("The command line is empty: it begins with the program");
        }
        if (line.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("The command line has " + line.length() + " characters, but Windows"
                    + " accepts " + MAX_LENGTH + " at most: pass long data as standard input or in a file");
        }
        return checkNoNul("The command line", line);
    }

    static String checkNoNul(final String what, final String text) {
        final int nul = text.indexOf('\0');
        if (nul >= 0) {
            throw new IllegalArgumentException(
                    what + " has a NUL at index " + nul + ", where Windows would end it: " + Printable.of(text));
        }
        return text;
    }

    /** The program of a command line, as far as a message needs it; arguments may be secret. */
    static String program(final String line) {
        final String trimmed = line.strip();
        final boolean quoted = trimmed.startsWith("\"");
        final int end = trimmed.indexOf(quoted ? '"' : ' ', 1);
        return trimmed.substring(quoted ? 1 : 0, end < 0 ? trimmed.length() : end);
    }

    /** Windows reads the program up to the next quote or space; there are no escapes. */
    private static void appendProgram(final StringBuilder line, final String program) {
        if (program.isBlank() || program.indexOf('"') >= 0) {
            throw new IllegalArgumentException("The name of the program cannot be empty or contain a quote: \""
                    + Printable.of(program) + '"');
        }
        if (isBatchFile(program)) {
            throw new IllegalArgumentException(Printable.of(program) + " is a batch file, which cmd.exe runs with its"
                    + " own rules of quoting, so that arguments could run other commands: write the command line for"
                    + " cmd.exe yourself, with ChildProcess.ofCommandLine");
        }
        line.append(program.indexOf(' ') >= 0 || program.indexOf('\t') >= 0 ? '"' + program + '"' : program);
    }

    private static boolean isBatchFile(final String program) {
        // Windows ignores dots and spaces at the end of a name.
        final String name = program.replaceAll("[. ]+$", "").toLowerCase(Locale.ROOT);
        return name.endsWith(".bat") || name.endsWith(".cmd");
    }

    /** Backslashes are literal, except before a quote: there, two stand for one. */
    private static void append(final StringBuilder line, final String word) {
        if (!word.isEmpty() && word.chars().noneMatch(c -> c == '"' || c <= ' ')) {
            line.append(word);
            return;
        }
        line.append('"');
        int backslashes = 0;
        for (int i = 0; i < word.length(); i++) {
            final char next = word.charAt(i);
            if (next == '"') {
                line.append("\\".repeat(backslashes + 1));
            }
            backslashes = next == '\\' ? backslashes + 1 : 0;
            line.append(next);
        }
        line.append("\\".repeat(backslashes)).append('"');
    }
}

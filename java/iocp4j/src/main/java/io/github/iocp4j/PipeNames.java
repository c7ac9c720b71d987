package io.github.iocp4j;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/** Completes and checks the names of pipes. */
final class PipeNames {
    private static final String LOCAL_PREFIX = "\\\\.\\pipe\\";
    private static final int MAX_LENGTH = 256;

    private PipeNames() {
    }

    /** The name for a server, which can only be on this machine. */
    static String local(final String name) {
        final String full = complete(name);
        if (!full.toLowerCase(Locale.ROOT).startsWith(LOCAL_PREFIX)) {
            throw wrong(name, "a server's pipe is on this machine, and begins with " + LOCAL_PREFIX);
        }
        return full;
    }

    /** A full name, made from a short one such as {@code syelog} where need be. */
    static String complete(final String name) {
        Objects.requireNonNull(name, "name");
        final String full = name.startsWith("\\\\") ? name : LOCAL_PREFIX + name;
        // Of exactly that form: Windows would take anything else for another device, or for a file.
        final int prefix = full.indexOf('\\', 2);
        if (prefix <= 2 || !full.regionMatches(true, prefix, "\\pipe\\", 0, "\\pipe\\".length())) {
            throw wrong(name, "it should look like " + LOCAL_PREFIX + "NAME");
        }
        final String last = full.substring(prefix + "\\pipe\\".length());
        if (last.isEmpty()) {
            throw wrong(name, "there is nothing after \\pipe\\");
        }
        if (full.length() > MAX_LENGTH) {
            throw wrong(name, "it is longer than " + MAX_LENGTH + " characters");
        }
        if (last.chars().anyMatch(c -> c < ' ')) {
            throw wrong(name, "it has a control character");
        }
        if (last.indexOf('/') >= 0 || Arrays.stream(last.split("\\\\")).anyMatch(PipeNames::isDots)) {
            throw wrong(name, "Windows would resolve /, . and .. as in the name of a file");
        }
        return full;
    }

    private static boolean isDots(final String part) {
        return part.equals(".") || part.equals("..");
    }

    private static IllegalArgumentException wrong(final String name, final String why) {
        return new IllegalArgumentException("\"" + name + "\" cannot be the name of a pipe: " + why);
    }
}

package io.github.iocp4j.internal;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/** Completes and checks the names of pipes and of mailslots, which have the same form. */
public final class PipeNames {
    private static final String PIPE = "pipe";
    private static final String MAILSLOT = "mailslot";
    private static final int MAX_LENGTH = 256;

    private PipeNames() {
    }

    /** The full name for a server, which is always on this machine. */
    public static String local(final String name) {
        return local(name, PIPE);
    }

    /** The full name, also for a short one such as {@code syelog}. */
    public static String complete(final String name) {
        return complete(name, PIPE);
    }

    /** As {@link #local(String)}, for a mailslot. */
    public static String localMailslot(final String name) {
        return local(name, MAILSLOT);
    }

    /** As {@link #complete(String)}, for a mailslot. */
    public static String completeMailslot(final String name) {
        return complete(name, MAILSLOT);
    }

    private static String local(final String name, final String kind) {
        final String full = complete(name, kind);
        final String prefix = localPrefix(kind);
        // The second form is the first without normalization of dots and blanks.
        final String given = full.toLowerCase(Locale.ROOT);
        if (!given.startsWith(prefix) && !given.startsWith(prefix.replace('.', '?'))) {
            throw wrong(name, kind, "a server's " + kind + " is on this machine, and begins with " + prefix);
        }
        return full;
    }

    private static String complete(final String name, final String kind) {
        Objects.requireNonNull(name, "name");
        if (name.matches("(\\\\(?!\\\\)|[A-Za-z]:[\\\\/]).*")) {
            throw wrong(name, kind, "it should look like " + localPrefix(kind) + "NAME, or be a plain NAME");
        }
        final String full = name.startsWith("\\\\") ? name : localPrefix(kind) + name;
        final String middle = "\\" + kind + "\\";
        // Require exactly that form: any other name may be that of another device, or of a file.
        final int prefix = full.indexOf('\\', 2);
        if (prefix <= 2 || !full.regionMatches(true, prefix, middle, 0, middle.length())) {
            throw wrong(name, kind, "it should look like " + localPrefix(kind) + "NAME");
        }
        final String last = full.substring(prefix + middle.length());
        if (last.isEmpty()) {
            throw wrong(name, kind, "there is nothing after " + middle);
        }
        if (full.length() > MAX_LENGTH) {
            throw wrong(name, kind, "it is longer than " + MAX_LENGTH + " characters");
        }
        if (last.chars().anyMatch(c -> c < ' ')) {
            throw wrong(name, kind, "it has a control character");
        }
        if (last.indexOf('/') >= 0 || Arrays.stream(last.split("\\\\")).anyMatch(PipeNames::isDots)) {
            throw wrong(name, kind, "Windows would resolve /, . and .. as in the name of a file, and remove dots and"
                    + " blanks at its end");
        }
        return full;
    }

    private static String localPrefix(final String kind) {
        return "\\\\.\\" + kind + "\\";
    }

    private static boolean isDots(final String part) {
        return part.matches("[. ]+");
    }

    private static IllegalArgumentException wrong(final String name, final String kind, final String why) {
        return new IllegalArgumentException("\"" + name + "\" cannot be the name of a " + kind + ": " + why);
    }
}

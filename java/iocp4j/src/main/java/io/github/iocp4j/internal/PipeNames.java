package io.github.iocp4j.internal;

import io.github.iocp4j.Win32Error;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Completes and checks the names of pipes and of mailslots, which have the same form. */
public final class PipeNames {
    private static final String PIPE = "pipe";
    private static final String MAILSLOT = "mailslot";
    private static final int MAX_LENGTH = 256;
    private static final String SCHEME = "npipe:";
    private static final Pattern URI = Pattern.compile("(?is)" + SCHEME + "(?://)?(//.*)");

    private PipeNames() {
    }

    /** The path of a pipe on this machine: {@code \\.\pipe\NAME}. */
    public static String local(final String name) {
        return local(name, PIPE, "");
    }

    /** The same for a client, which may ask for another machine. */
    public static String localUnlessAskedFor(final String name) {
        return local(name, PIPE, "; NamedPipeAddress.ofLocalOrRemote lets a client ask for another machine");
    }

    /** As {@link #local(String)}, but {@code \\HOST\pipe\NAME} is allowed, too. */
    public static String complete(final String name) {
        return complete(name, PIPE);
    }

    /** Whether that complete path is one of this machine. */
    public static boolean isLocal(final String path) {
        return path.startsWith(localPrefix(PIPE));
    }

    /** As {@link #local(String)}, for a mailslot. */
    public static String localMailslot(final String name) {
        return local(name, MAILSLOT, "");
    }

    /** As {@link #complete(String)}, for a mailslot. */
    public static String completeMailslot(final String name) {
        return complete(name, MAILSLOT);
    }

    /** What the failure of a connect to a pipe usually means, in parentheses; empty for other codes. */
    public static String connectHint(final int error) {
        switch (error) {
            case Win32Error.FILE_NOT_FOUND:
                return " (there is no server for that pipe)";
            case Win32Error.INVALID_PARAMETER:
                return " (perhaps it is not a message-mode pipe)";
            default:
                return "";
        }
    }

    private static String local(final String name, final String kind, final String hint) {
        final String full = complete(name, kind);
        if (!full.startsWith(localPrefix(kind))) {
            throw wrong(name, kind, "it is on another machine, and a " + kind + " on this machine begins with "
                    + localPrefix(kind) + hint);
        }
        return full;
    }

    private static String complete(final String name, final String kind) {
        final String given = withBackslashes(Objects.requireNonNull(name, "name"));
        if (given.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw wrong(name, kind, "a URI should look like " + SCHEME + "////./pipe/NAME");
        }
        if (given.matches("(?s)(\\\\(?!\\\\)|[A-Za-z]:[\\\\/]).*")) {
            throw wrong(name, kind, "it should look like " + localPrefix(kind) + "NAME, or be a plain NAME");
        }
        final String full = given.startsWith("\\\\") ? given : localPrefix(kind) + given;
        final String middle = "\\" + kind + "\\";
        // Require exactly that form: any other name may be that of another device, or of a file.
        final int host = full.indexOf('\\', 2);
        if (host <= 2 || !full.regionMatches(true, host, middle, 0, middle.length())) {
            throw wrong(name, kind, "it should look like " + localPrefix(kind) + "NAME");
        }
        if (full.length() > MAX_LENGTH) {
            throw wrong(name, kind, "it is longer than " + MAX_LENGTH + " characters");
        }
        final String last = full.substring(host + middle.length());
        check(name, kind, last);
        final String machine = full.substring(2, host);
        return (machine.equals(".") || machine.equals("?") ? localPrefix(kind) : "\\\\" + machine + middle) + last;
    }

    /** Turns the spellings of other programs into Windows' own: {@code //./pipe/x}, {@code npipe:////./pipe/x}. */
    private static String withBackslashes(final String name) {
        final Matcher uri = URI.matcher(name);
        final String path = uri.matches() ? uri.group(1) : name;
        return path.startsWith("//") ? path.replace('/', '\\') : path;
    }

    private static void check(final String name, final String kind, final String last) {
        if (last.isEmpty()) {
            throw wrong(name, kind, "there is nothing after \\" + kind + "\\");
        }
        if (last.chars().anyMatch(c -> c < ' ')) {
            throw wrong(name, kind, "it has a control character");
        }
        if (last.indexOf('/') >= 0 || last.matches("(.*\\\\)?[. ]*(\\\\.*)?") || last.matches(".*[. ]")) {
            throw wrong(name, kind, "Windows would resolve /, empty parts, . and .. as in the name of a file, and"
                    + " remove dots and blanks at its end");
        }
    }

    private static String localPrefix(final String kind) {
        return "\\\\.\\" + kind + "\\";
    }

    private static IllegalArgumentException wrong(final String name, final String kind, final String why) {
        return new IllegalArgumentException(
                "\"" + Printable.of(name) + "\" cannot be the name of a " + kind + ": " + why);
    }
}

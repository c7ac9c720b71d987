package io.github.iocp4j.pipe;

import io.github.iocp4j.internal.Printable;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** The environment of a process, whose names do not depend on case. */
final class Environment {
    /** Windows wants the block in this order. */
    private static final Comparator<String> BY_NAME = (one, other) -> {
        for (int i = 0; i < Math.min(one.length(), other.length()); i++) {
            final int difference = Character.toUpperCase(one.charAt(i)) - Character.toUpperCase(other.charAt(i));
            if (difference != 0) {
                return difference;
            }
        }
        return one.length() - other.length();
    };

    private static final String SYSTEM_ROOT = "SystemRoot";

    private final Map<String, String> variables = new TreeMap<>(BY_NAME);

    /** That of this process. */
    static Environment inherited() {
        final Environment environment = new Environment();
        environment.variables.putAll(System.getenv());
        return environment;
    }

    /** Without variables. */
    static Environment empty() {
        return new Environment();
    }

    /** A value of null removes the variable. */
    void set(final String name, final String value) {
        // Windows itself has variables such as =C: for the current folder of a drive.
        if (name.isEmpty() || name.indexOf('=', 1) >= 0 || name.equals("=")) {
            throw new IllegalArgumentException("The name of a variable cannot be empty or contain an equals sign: \""
                    + Printable.of(name) + '"');
        }
        CommandLine.checkNoNul("The name of a variable", name);
        if (value == null) {
            variables.remove(name);
        } else {
            variables.put(name, CommandLine.checkNoNul("The value of " + Printable.of(name), value));
        }
    }

    /** The block that CreateProcessW takes, without the NUL at its end. */
    String block() {
        final StringBuilder block = new StringBuilder();
        final String root = System.getenv(SYSTEM_ROOT);
        if (root != null && !variables.containsKey(SYSTEM_ROOT)) {
            // Without it, Winsock and other parts of Windows do not work.
            variables.put(SYSTEM_ROOT, root);
        }
        variables.forEach((name, value) -> block.append(name).append('=').append(value).append('\0'));
        return block.length() == 0 ? "\0" : block.toString();
    }
}

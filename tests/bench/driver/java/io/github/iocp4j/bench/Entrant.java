package io.github.iocp4j.bench;

import java.util.List;

/**
 * A contestant of a comparison: its name, and the command of its process. A subject is compared with all peers.
 */
final class Entrant {
    private final String name;
    private final boolean isSubject;
    private final List<String> command;

    private Entrant(final String name, final boolean isSubject, final List<String> command) {
        this.name = name;
        this.isSubject = isSubject;
        this.command = command;
    }

    static Entrant subject(final String name, final List<String> command) {
        return new Entrant(name, true, command);
    }

    static Entrant peer(final String name, final List<String> command) {
        return new Entrant(name, false, command);
    }

    boolean isSubject() {
        return isSubject;
    }

    String name() {
        return name;
    }

    List<String> command() {
        return command;
    }
}

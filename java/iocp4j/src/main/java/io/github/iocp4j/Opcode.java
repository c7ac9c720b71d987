package io.github.iocp4j;

/**
 * What a completion is the completion of.
 */
public enum Opcode {
    /** {@code PostQueuedCompletionStatus} through {@link CompletionPort#post}. */
    POST(1),
    /** {@code ReadFile}. */
    READ(2),
    /** {@code WriteFile}. */
    WRITE(3),
    /** A server's new connection: {@code ConnectNamedPipe}. */
    ACCEPT(4);

    private static final Opcode[] BY_CODE = byCode();

    private final int code;

    Opcode(final int code) {
        this.code = code;
    }

    /** The number that stands for this constant in a completion record. */
    int code() {
        return code;
    }

    static Opcode of(final int code) {
        return BY_CODE[code];
    }

    private static Opcode[] byCode() {
        final Opcode[] all = values();
        final Opcode[] table = new Opcode[all.length + 1];
        for (final Opcode opcode : all) {
            table[opcode.code] = opcode;
        }
        return table;
    }
}

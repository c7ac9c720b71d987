package io.github.iocp4j.tools.syelog;

import java.util.Locale;

/** Why the daemon does not write a message. */
enum Rejection {
    TOO_SHORT("shorter than its header"),
    NO_TEXT("without text"),
    OVERSIZE("longer than " + SyelogMessage.MAX_LENGTH + " bytes");

    private final String reason;

    Rejection(final String reason) {
        this.reason = reason;
    }

    /** What the figures call it. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    @Override
    public String toString() {
        return reason;
    }
}

package io.github.iocp4j.tools.syelog;

import java.util.Locale;

/** The reason for which the daemon does not write a message. */
enum Rejection {
    TOO_SHORT("shorter than its header"),
    NO_TEXT("without text"),
    OVERSIZE("longer than " + SyelogMessage.MAX_LENGTH + " bytes");

    private final String reason;

    Rejection(final String reason) {
        this.reason = reason;
    }

    /** Its name in the figures. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    @Override
    public String toString() {
        return reason;
    }
}

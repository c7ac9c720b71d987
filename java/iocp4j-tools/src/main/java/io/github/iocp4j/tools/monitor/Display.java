package io.github.iocp4j.tools.monitor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Shows pages: on a terminal each replaces the one before, elsewhere they follow each other. */
final class Display {
    private static final String HOME = "\u001b[H";
    private static final String CLEAR = "\u001b[2J";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    private final OutputStream output;
    private final boolean inPlace;
    private boolean begun;

    /**
     * Creates a display.
     *
     * @param inPlace whether a page replaces the one before
     */
    Display(final OutputStream output, final boolean inPlace) {
        this.output = output;
        this.inPlace = inPlace;
    }

    /** Shows a page, in one write to avoid flicker. */
    void show(final String page) throws IOException {
        final String shown = inPlace
                ? (begun ? HOME : CLEAR + HOME) + page.replace("\n", CLEAR_LINE + '\n') + CLEAR_BELOW : page;
        begun = true;
        try {
            output.write(shown.getBytes(StandardCharsets.UTF_8));
            output.flush();
        } catch (final IOException failed) {
            throw new IOException("Cannot write: " + failed.getMessage(), failed);
        }
    }
}

package io.github.iocp4j;

import java.io.IOException;

/** Starts processes, of which these tests need hundreds. */
public final class Launch {
    private static final int ATTEMPTS = 3;
    /** ERROR_INTERNAL_ERROR: the new process has died before it ran anything. */
    private static final String DIED_AT_BIRTH = "CreateProcess error=1359,";

    private Launch() {
    }

    /**
     * Starts a process. Under Wine on a busy machine, one in thousands does not come to life; that says nothing of what
     * is tested, so that it is told and tried again.
     *
     * @param builder what to start
     * @return the running process
     * @throws IOException when it cannot be started
     */
    public static Process of(final ProcessBuilder builder) throws IOException {
        for (int attempt = 1;; attempt++) {
            try {
                return builder.start();
            } catch (final IOException failed) {
                if (attempt == ATTEMPTS || !failed.getMessage().contains(DIED_AT_BIRTH)) {
                    throw failed;
                }
                System.err.println("Started again: " + failed.getMessage());
            }
        }
    }
}

package io.github.iocp4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether this virtual machine reports its free pages to the host, which takes them away. Using such a page again then
 * needs a fault that the host handles: the copy of a large file takes up to four times as long, depending on which
 * pages it gets.
 */
final class PageReporting {
    /** The smallest free block that Linux reports, as the logarithm of its number of pages; 0 or -1 before any host. */
    private static final Path ORDER = Path.of("/sys/module/page_reporting/parameters/page_reporting_order");
    private static final int LARGEST = 10;
    /** Some versions of Linux refuse it. */
    private static final String NEVER = String.valueOf(LARGEST + 1);
    private static final String NOT_REPORTED = "not reported to the host";

    private final String description;

    private PageReporting(final String description) {
        this.description = description;
    }

    /** Stops it until this JVM exits, where it can be stopped. */
    static PageReporting stopUntilExit() {
        try {
            final String usual = order();
            if (!isReported(usual)) {
                return new PageReporting(usual.equals(NEVER) ? NOT_REPORTED : "");
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> trySet(usual)));
            trySet(NEVER);
            return new PageReporting(isReported(order())
                    ? "reported to the host, which makes copies of large files slower at random" : NOT_REPORTED);
        } catch (final IOException unknown) {
            // Another system, or a Linux that cannot report pages.
            return new PageReporting("");
        }
    }

    /** For the reader of a report; empty where no page is reported anyway. */
    @Override
    public String toString() {
        return description;
    }

    private static String order() throws IOException {
        return Files.readString(ORDER).trim();
    }

    private static boolean isReported(final String order) {
        return Long.parseLong(order) > 0 && Long.parseLong(order) <= LARGEST;
    }

    private static void trySet(final String order) {
        try {
            Files.writeString(ORDER, order);
        } catch (final IOException refused) {
            // Not root, or a Linux that takes no larger order; the caller looks whether it has changed.
        }
    }
}

package io.github.iocp4j.tools.copy;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.tools.FileErrors;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reports files that could not be copied, and why. It names the first files for each reason and counts the others,
 * because a tree may have a million of them.
 */
final class Complaints {
    static final int NAMED = 20;

    private final Consumer<String> notices;
    private final Map<String, Long> byReason = new LinkedHashMap<>();
    private long untried;

    Complaints(final Consumer<String> notices) {
        this.notices = notices;
    }

    /** Reports a file that could not be copied. */
    synchronized void add(final IOException why) {
        if (byReason.merge(reason(why), 1L, Long::sum) <= NAMED) {
            notices.accept(text(why));
        }
    }

    /** Counts a file that was not tried, for a reason that was already reported. */
    synchronized void addUntried() {
        untried++;
    }

    /** The total number of files. */
    synchronized long count() {
        return byReason.values().stream().mapToLong(Long::longValue).sum() + untried;
    }

    /** Reports the number of files that were not named. */
    synchronized void finish() {
        byReason.forEach((reason, count) -> {
            if (count > NAMED) {
                notices.accept(count - NAMED + " more: " + reason);
            }
        });
        if (untried > 0) {
            notices.accept(untried + " more were not tried, because of that");
        }
    }

    /** The file and the reason. */
    static String text(final IOException why) {
        return why instanceof FileSystemException
                ? ((FileSystemException) why).getFile() + ": " + reason(why) : why.getMessage();
    }

    /** The reason, without the name of the file. */
    private static String reason(final IOException why) {
        if (why instanceof FileSystemException) {
            return FileErrors.reason((FileSystemException) why, "there is no such file");
        }
        return why instanceof Win32Exception ? Win32Error.name(((Win32Exception) why).code()) : why.getMessage();
    }
}

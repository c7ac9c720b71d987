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
 * What could not be copied, and why. The first of each reason are named, the others counted: a tree may have a million
 * of them.
 */
final class Complaints {
    static final int NAMED = 20;

    private final Consumer<String> notices;
    private final Map<String, Long> byReason = new LinkedHashMap<>();
    private long untried;

    Complaints(final Consumer<String> notices) {
        this.notices = notices;
    }

    /** Something could not be copied. */
    synchronized void add(final IOException why) {
        if (byReason.merge(reason(why), 1L, Long::sum) <= NAMED) {
            notices.accept(text(why));
        }
    }

    /** Something was not tried, for a reason that has been given already. */
    synchronized void addUntried() {
        untried++;
    }

    /** How many there are in all. */
    synchronized long count() {
        return byReason.values().stream().mapToLong(Long::longValue).sum() + untried;
    }

    /** Tells how many there are beyond those that are named. */
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

    /** What is wrong with what. */
    static String text(final IOException why) {
        return why instanceof FileSystemException
                ? ((FileSystemException) why).getFile() + ": " + reason(why) : why.getMessage();
    }

    /** What is wrong, without the name of the file. */
    private static String reason(final IOException why) {
        if (why instanceof FileSystemException) {
            return FileErrors.reason((FileSystemException) why, "there is no such file");
        }
        return why instanceof Win32Exception ? Win32Error.name(((Win32Exception) why).code()) : why.getMessage();
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.file.FileIdentity;
import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The locks of this JVM by file, those that wait for Windows included. Windows would let a second lock of this process
 * wait for the first one, but the JDK wants an exception.
 */
final class FileLocks {
    private static final Map<FileIdentity, List<RangeLock>> LOCKS = new ConcurrentHashMap<>();

    private FileLocks() {
    }

    static void add(final FileIdentity file, final RangeLock lock) {
        LOCKS.compute(file, (same, known) -> {
            final List<RangeLock> locks = known == null ? new ArrayList<>(1) : known;
            for (final RangeLock other : locks) {
                if (other.overlaps(lock.position(), lock.size())) {
                    throw new OverlappingFileLockException();
                }
            }
            locks.add(lock);
            return locks;
        });
    }

    static void remove(final FileIdentity file, final RangeLock lock) {
        LOCKS.computeIfPresent(file, (same, locks) -> {
            locks.remove(lock);
            return locks.isEmpty() ? null : locks;
        });
    }

    /** Removes the locks of a channel, which is closed. */
    static void removeAll(final FileIdentity file, final OverlappedFileChannel channel) {
        LOCKS.computeIfPresent(file, (same, locks) -> {
            locks.removeIf(lock -> lock.acquiredBy() == channel);
            return locks.isEmpty() ? null : locks;
        });
    }
}

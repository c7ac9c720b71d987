package io.github.iocp4j.file;

import java.util.Objects;

/** The arguments of {@code CreateFileW} that an {@link OverlappedFile.Builder} collects. */
final class FileOptions {
    static final int GENERIC_READ = 0x8000_0000;
    static final int GENERIC_WRITE = 0x4000_0000;
    static final int FILE_APPEND_DATA = 0x4;

    static final int WRITE_THROUGH = 0x8000_0000;
    static final int NO_BUFFERING = 0x2000_0000;
    static final int RANDOM_ACCESS = 0x1000_0000;
    static final int SEQUENTIAL_SCAN = 0x0800_0000;
    static final int DELETE_ON_CLOSE = 0x0400_0000;
    static final int TEMPORARY = 0x100;

    private static final int CREATE_NEW = 1;
    private static final int CREATE_ALWAYS = 2;
    private static final int OPEN_EXISTING = 3;
    private static final int OPEN_ALWAYS = 4;
    private static final int TRUNCATE_EXISTING = 5;

    boolean create;
    boolean createNew;
    boolean truncate;
    private int access;
    private int share = FileShare.READ.code();
    private int flags;

    void addAccess(final int right) {
        access |= right;
    }

    void addFlag(final int flag) {
        flags |= flag;
    }

    void share(final FileShare... what) {
        share = 0;
        for (final FileShare one : what) {
            share |= Objects.requireNonNull(one, "what").code();
        }
    }

    /** Throws {@link IllegalArgumentException} if the options contradict each other. */
    void check() {
        if (createNew && (create || truncate)) {
            throw new IllegalArgumentException("createNew() cannot be combined with create() or truncate()");
        }
        if (truncate && (access & GENERIC_WRITE) == 0) {
            throw new IllegalArgumentException("truncate() needs write()");
        }
        if ((flags & NO_BUFFERING) != 0 && (access & FILE_APPEND_DATA) != 0) {
            throw new IllegalArgumentException("Windows does not combine append() and unbuffered(): use write()");
        }
    }

    int access() {
        return access == 0 ? GENERIC_READ : access;
    }

    int share() {
        return share;
    }

    int disposition() {
        if (createNew) {
            return CREATE_NEW;
        }
        if (create) {
            return truncate ? CREATE_ALWAYS : OPEN_ALWAYS;
        }
        return truncate ? TRUNCATE_EXISTING : OPEN_EXISTING;
    }

    int flags() {
        return flags;
    }
}

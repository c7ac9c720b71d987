package io.github.iocp4j.file;

/**
 * What others may do with a file while it is open.
 */
public enum FileShare {
    /** Open it for reading ({@code FILE_SHARE_READ}). */
    READ(1),
    /** Open it for writing ({@code FILE_SHARE_WRITE}). */
    WRITE(2),
    /** Delete or rename it ({@code FILE_SHARE_DELETE}). */
    DELETE(4);

    private final int code;

    FileShare(final int code) {
        this.code = code;
    }

    /** The flag of {@code CreateFileW}. */
    int code() {
        return code;
    }
}

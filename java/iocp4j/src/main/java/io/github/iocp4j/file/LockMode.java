package io.github.iocp4j.file;

/**
 * The mode of a lock of a range of a file.
 */
public enum LockMode {
    /** Other handles may read the range and take a shared lock of it, but not write it. */
    SHARED,
    /** Other handles may neither read nor write the range ({@code LOCKFILE_EXCLUSIVE_LOCK}). */
    EXCLUSIVE
}

package io.github.iocp4j.file;

/**
 * The mode of a lock of a range of a file.
 */
public enum LockMode {
    /** Other handles may read the range and lock it in shared mode, but cannot write it. */
    SHARED,
    /** Other handles can neither read nor write the range ({@code LOCKFILE_EXCLUSIVE_LOCK}). */
    EXCLUSIVE
}

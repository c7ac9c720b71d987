package io.github.iocp4j;

/**
 * What a lock of a part of a file keeps others from.
 */
public enum LockMode {
    /** Others may read the range and lock it in the same way, but not write it. */
    SHARED,
    /** Nobody else may read or write the range ({@code LOCKFILE_EXCLUSIVE_LOCK}). */
    EXCLUSIVE
}

package io.github.iocp4j.tools.copy;

/** How to copy. */
final class CopySettings {
    /** What a block is a multiple of, so that unbuffered copies can use it: no sector of a disk is larger. */
    static final int BLOCK_UNIT = 4096;

    private static final long MAX_BLOCK = 1 << 30;
    private static final int MAX_DEPTH = 1024;
    private static final int MAX_FILES = 1024;

    final int block;
    final int depth;
    final int files;
    final boolean unbuffered;
    final boolean verify;

    /**
     * Checks and keeps settings.
     *
     * @param block bytes that are read and written at a time
     * @param depth blocks of one file that are in flight
     * @param files files that are in work
     */
    CopySettings(
            final long block, final int depth, final int files, final boolean unbuffered, final boolean verify) {
        if (block < BLOCK_UNIT || block > MAX_BLOCK || block % BLOCK_UNIT != 0) {
            throw new IllegalArgumentException(
                    "A block is a multiple of 4K, from 4K to 1G, not " + block + " bytes");
        }
        if (depth < 1 || depth > MAX_DEPTH) {
            throw new IllegalArgumentException("From 1 to " + MAX_DEPTH + " blocks can be in flight, not " + depth);
        }
        if (files < 1 || files > MAX_FILES) {
            throw new IllegalArgumentException("From 1 to " + MAX_FILES + " files can be in work, not " + files);
        }
        this.block = (int) block;
        this.depth = depth;
        this.files = files;
        this.unbuffered = unbuffered;
        this.verify = verify;
    }
}

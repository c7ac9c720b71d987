package io.github.iocp4j.tools.copy;

/** The settings of a copy. */
final class CopySettings {
    /** The unit of block sizes. No disk has larger sectors, so unbuffered copies can use any block. */
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
     * Checks settings.
     *
     * @param block bytes per read and write
     * @param depth blocks of one file in flight
     * @param files files that are copied at the same time
     */
    CopySettings(
            final long block, final int depth, final int files, final boolean unbuffered, final boolean verify) {
        if (block < BLOCK_UNIT || block > MAX_BLOCK || block % BLOCK_UNIT != 0) {
            throw new IllegalArgumentException(
                    "--block must be a multiple of 4K from 4K to 1G, not " + block + " bytes");
        }
        if (depth < 1 || depth > MAX_DEPTH) {
            throw new IllegalArgumentException("--depth must be from 1 to " + MAX_DEPTH + ", not " + depth);
        }
        if (files < 1 || files > MAX_FILES) {
            throw new IllegalArgumentException("--files must be from 1 to " + MAX_FILES + ", not " + files);
        }
        this.block = (int) block;
        this.depth = depth;
        this.files = files;
        this.unbuffered = unbuffered;
        this.verify = verify;
    }
}

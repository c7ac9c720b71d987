package io.github.iocp4j.bench.contestants;

/** The positions of reads in a file: the same sequence for every contestant, and a different one for each slot. */
final class RandomBlocks {
    /** The length of a read. */
    static final int LENGTH = 4096;

    private final long blocks;
    private long state;

    RandomBlocks(final int slot, final long fileLength) {
        blocks = fileLength / LENGTH;
        state = 0x9E3779B97F4A7C15L * (slot + 1);
    }

    long next() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        // Not remainderUnsigned(), which allocates objects in Java 11.
        return (state >>> 1) % blocks * LENGTH;
    }
}

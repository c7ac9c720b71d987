package io.github.iocp4j.file;

/**
 * Which file a handle is open for: the volume, and the file's id on it. It is the same for all names and handles of one
 * file, and differs between files that exist at the same time. After a file is deleted, another one may get its id.
 */
public final class FileIdentity {
    private final long volume;
    private final long low;
    private final long high;

    FileIdentity(final long volume, final long low, final long high) {
        this.volume = volume;
        this.low = low;
        this.high = high;
    }

    /**
     * The serial number of the volume.
     *
     * @return 64 bits, or 32 where the file system has no more
     */
    public long volumeSerialNumber() {
        return volume;
    }

    @Override
    public boolean equals(final Object other) {
        if (!(other instanceof FileIdentity)) {
            return false;
        }
        final FileIdentity that = (FileIdentity) other;
        return volume == that.volume && low == that.low && high == that.high;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(low) ^ 31 * Long.hashCode(high) ^ 961 * Long.hashCode(volume);
    }

    @Override
    public String toString() {
        return String.format("file %016x%016x on volume %016x", high, low, volume);
    }
}

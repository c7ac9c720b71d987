package io.github.iocp4j;

/** Batches of submissions in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
final class SubmissionBatchNative {
    private SubmissionBatchNative() {
    }

    /**
     * Starts what the records in a registered buffer say, one after another, until one is refused. The buffer is a
     * ring: behind its last record comes its first.
     *
     * @param batch the key of the buffer
     * @param first the record to begin with
     * @param count how many there are
     * @return how many have been started; when that is none though there are some, why the first is refused
     */
    static native long submit(long batch, int first, int count);
}

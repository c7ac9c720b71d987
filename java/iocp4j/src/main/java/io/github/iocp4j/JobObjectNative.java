package io.github.iocp4j;

/** Jobs in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
final class JobObjectNative {
    private JobObjectNative() {
    }

    static native long open(long port, boolean killOnClose);

    /** Returns 1; so does {@link #terminate}. */
    static native long assign(long device, int process);

    static native long terminate(long device, int exitCode);

    static native long processes(long device);

    static native long awaitEmpty(long device, long token, int milliseconds);
}

package io.github.iocp4j;

/** Named pipes in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
final class NamedPipeNative {
    private NamedPipeNative() {
    }

    static native long openServer(
            long port, String name, int direction, int mode, int inBuffer, int outBuffer, int maxInstances,
            int listening, boolean acceptRemote, String sddl, long token);

    /** Begins to wait for clients; answers 1, or why not a single instance waits. */
    static native long listen(long server);

    static native long connect(long port, String name, int direction, boolean messages, int milliseconds);

    /** The process that serves a client's pipe, or 0. */
    static native int serverProcessId(long device);
}

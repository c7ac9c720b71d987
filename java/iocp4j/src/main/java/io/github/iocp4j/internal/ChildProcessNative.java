package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Child processes in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class ChildProcessNative {
    static {
        NativeLibrary.bind(ChildProcessNative.class);
    }

    private ChildProcessNative() {
    }

    /**
     * Returns the key of the process, and writes its process id and the keys of its three pipes to the array, 0 for a
     * stream that is not a pipe. The streams are ordinals of {@code ChildProcess.Stdio}, or 3 for the error stream that
     * goes where the output goes. A null folder or environment is that of this process; a job of 0 is none.
     */
    public static native long open(
            long port, String commandLine, String folder, String environment, int input, int output, int error,
            int buffer, boolean killAtClose, long job, long[] opened);

    public static native long awaitExit(long device, boolean kill, long token, int milliseconds);

    public static native long kill(long device, int exitCode);

    public static native long processes(long device);
}

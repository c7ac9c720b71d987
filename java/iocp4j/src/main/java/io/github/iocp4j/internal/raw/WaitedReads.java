package io.github.iocp4j.internal.raw;

import io.github.iocp4j.Mechanism;
import io.github.iocp4j.RegisteredSlice;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.PipeNames;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.pipe.NamedPipe;

/**
 * Reads of pipes for which the calling thread waits in the kernel, as for a {@code ReadFile} that blocks. No completion
 * follows: it takes no packet, no worker and no second thread. A close of the pipe ends the wait.
 */
public final class WaitedReads {
    /** For a read without a deadline. */
    public static final int NO_TIMEOUT = RawOperations.NO_TIMEOUT;
    /** The {@link #status} of a read that {@link #wake} has ended; no Win32 error code. */
    public static final int WOKEN = 0x2000_0100;

    private WaitedReads() {
    }

    /**
     * Whether a thread can wait for reads of the pipe. Not for a pipe of another machine: the end of the wait takes a
     * cancel, and the network decides how long that takes.
     */
    public static boolean arePossible(final NamedPipe pipe) {
        return pipe.port().mechanism() == Mechanism.COMPLETION_PORT && PipeNames.isLocal(pipe.name());
    }

    /** Whether this thread may wait for reads: a virtual thread would pin its carrier. */
    public static boolean areForThisThread() {
        return !OffCarrier.isNeeded();
    }

    /**
     * Reads, from position to limit of the slice's buffer. One thread at a time may read a pipe.
     *
     * @param timeout in milliseconds, more than 0, or {@link #NO_TIMEOUT}
     * @return the result, for {@link #status} and {@link #bytes}
     */
    public static long read(final NamedPipe pipe, final RegisteredSlice slice, final int timeout) {
        final PortAccess access = PortAccess.get();
        access.checkReadable(pipe);
        final long answer = DeviceNative.readAndWait(pipe.key(), access.keyToReadInto(slice), access.offset(slice),
                slice.buffer().remaining(), timeout);
        return answer >= 0 ? answer : access.accepted(pipe, answer);
    }

    /** Ends a read that waits, without data; if none does, the next one. */
    public static void wake(final NamedPipe pipe) {
        DeviceNative.wakeRead(pipe.key());
    }

    /** The Win32 error code of the read, as a completion would have it. */
    public static int status(final long result) {
        return (int) (result >>> 31);
    }

    /** The number of bytes read. */
    public static int bytes(final long result) {
        return (int) result & Integer.MAX_VALUE;
    }
}

package io.github.iocp4j;

import java.nio.ByteBuffer;

/** Named pipes in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
final class NamedPipeNative {
    private NamedPipeNative() {
    }

    static native long openServer(
            long port, String name, int direction, int mode, int inBuffer, int outBuffer, int maxInstances,
            int listening, boolean acceptRemote, String sddl, long token);

    /** Begins to wait for clients; answers 1, or why not a single instance waits. */
    static native long listen(long server);

    /** Tries for so long while the pipe is busy or, where an earlier call has found it busy, missing. */
    static native long connect(
            long port, String name, int direction, boolean messages, int impersonation, int milliseconds,
            boolean wasBusy);

    /** The process that serves a client's pipe, or 0. */
    static native int serverProcessId(long device);

    /** The terminal session at the other end; not negative unless refused. */
    static native long peerSessionId(long device);

    static native long transact(
            long device, ByteBuffer request, int requestOffset, int requestLength, ByteBuffer answer, int answerOffset,
            int answerLength, long token, int milliseconds);

    /** Bytes available in the lower 31 bits, bytes left in the message in the upper ones. */
    static native long peek(long device);

    /** Answers 1 when the peer has read everything. */
    static native long flush(long device);

    /** Answers 1 when the connection has ended; the device is then closing. */
    static native long disconnect(long device);

    /** Answers 1 on a pipe of messages, 0 on one of bytes. */
    static native long keepsMessages(long device);
}

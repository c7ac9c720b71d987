package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;
import java.nio.ByteBuffer;

/** Named pipes in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class NamedPipeNative {
    static {
        NativeLibrary.bind(NamedPipeNative.class);
    }

    private NamedPipeNative() {
    }

    public static native long openServer(
            long port, String name, int direction, int mode, int inBuffer, int outBuffer, int maxInstances,
            int listening, boolean detached, boolean acceptRemote, String sddl, long token);

    /** Begins to wait for clients; returns 1, or a negated error if the server must wait and no instance does. */
    public static native long listen(long server);

    /** Starts one accept. */
    public static native long accept(long server, long token, int milliseconds);

    /** Registers a client that is not connected; returns its key. {@code wait} lets a connect wait for an instance. */
    public static native long openClient(
            long port, String name, int direction, boolean messages, int impersonation, boolean wait,
            boolean waitForServer);

    /** Starts to connect a client; returns the operation's id. */
    public static native long startConnect(long client, long token, int milliseconds);

    /** Connects a client; returns 1, or 0 when the other object gets the result later. */
    public static native long connect(long client, PipeConnect connect);

    /** The process id of the server of a client's pipe, or 0. */
    public static native int serverProcessId(long device);

    /** The terminal session at the other end; negative is an error. */
    public static native long peerSessionId(long device);

    public static native long transact(
            long device, ByteBuffer request, int requestOffset, int requestLength, ByteBuffer answer, int answerOffset,
            int answerLength, long token, int milliseconds);

    /** Bytes available in the lower 31 bits, bytes left in the message above them. */
    public static native long peek(long device);

    /** Returns 1 when the peer has read everything. */
    public static native long flush(long device);

    /** Returns 1 when the connection has ended; the device is then closing. */
    public static native long disconnect(long device);

    /** Returns 1 for a message-mode pipe, 0 for a byte-mode pipe. */
    public static native long keepsMessages(long device);
}

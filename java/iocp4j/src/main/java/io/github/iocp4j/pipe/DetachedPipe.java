package io.github.iocp4j.pipe;

import io.github.iocp4j.DetachedDevice;
import io.github.iocp4j.internal.DetachedNative;
import io.github.iocp4j.internal.OpenedDevice;

/**
 * The server's end of a connection that belongs to no port yet; see {@link NamedPipeServer.Builder#detached}. It counts
 * among the instances of its server until it is closed.
 */
public final class DetachedPipe extends DetachedDevice<NamedPipe> {
    private final int peerProcessId;

    DetachedPipe(final long key, final int peerProcessId) {
        // All connections of one pipe share the string.
        super(new OpenedDevice(null, key, DetachedNative.name(key).intern()));
        this.peerProcessId = peerProcessId;
    }

    /**
     * The client's process ({@code GetNamedPipeClientProcessId}).
     *
     * @return the process id, or 0 if Windows does not know it, for example for a client on another machine
     */
    public int peerProcessId() {
        return peerProcessId;
    }

    @Override
    @SuppressWarnings("exports")
    protected NamedPipe device(final OpenedDevice registered) {
        return new NamedPipe(registered.port(), registered.key(), peerProcessId);
    }
}

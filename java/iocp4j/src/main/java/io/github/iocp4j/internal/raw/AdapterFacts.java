package io.github.iocp4j.internal.raw;

import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.internal.NamedPipeNative;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.StreamSocketNative;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.pipe.NamedPipe;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** What adapters need to know of ports and devices, and programs do not. */
public final class AdapterFacts {
    private AdapterFacts() {
    }

    /** The listener of a port, by which an adapter recognizes its own; null if the port has a batch listener. */
    public static CompletionListener listener(final CompletionPort port) {
        return PortAccess.get().listener(port);
    }

    /**
     * Whether a connection whose handlers read and write in turns is faster when its operations complete inline: on
     * Windows, where that saves a packet for each.
     */
    public static boolean inlineSavesTime() {
        return StreamSocketNative.inlineSavesTime();
    }

    /**
     * Completes when the device has been closed, also by the close of its port, on the thread that finishes the close.
     */
    public static CompletionStage<Void> ended(final Device device) {
        return PortAccess.get().ended(device);
    }

    /**
     * Waits until a device that is being closed has ended, also on a polled port. Not for a thread that polls the port.
     *
     * @return whether it has ended
     */
    public static boolean awaitEnd(final Device device, final Duration timeout) {
        return PortAccess.get().awaitEnd(device, Timeouts.milliseconds(timeout));
    }

    /** Whether the pipe is in message mode, whatever mode this end reads in; false for a closed one. */
    public static boolean keepsMessages(final NamedPipe pipe) {
        return NamedPipeNative.keepsMessages(pipe.key()) == 1;
    }
}

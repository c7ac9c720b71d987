package io.github.iocp4j.device;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.MailslotNative;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PipeNames;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.StreamLimit;

/**
 * Writes messages to a mailslot. Each {@link #write} is one message.
 */
public final class MailslotClient extends StreamDevice {
    private static final StreamLimit WRITE_ONLY = new StreamLimit() {
        @Override
        public void checkReadable(final StreamDevice device) {
            throw new UnsupportedOperationException(
                    device + " is only written: messages are read by a MailslotServer");
        }
    };

    private MailslotClient(final CompletionPort port, final long key, final String name) {
        super(new OpenedDevice(port, key, name, WRITE_ONLY));
    }

    /**
     * Opens a mailslot for writing ({@code CreateFileW}). A virtual thread parks during the call and does not pin its
     * carrier.
     *
     * @param port receives the completions
     * @param name {@code \\.\mailslot\NAME}, only {@code NAME}, {@code \\COMPUTER\mailslot\NAME}, or
     *     {@code \\DOMAIN\mailslot\NAME} for all computers of a domain, with at most 424 bytes in a message
     * @return the open client
     * @throws IllegalArgumentException when the name is not valid for a mailslot
     * @throws Win32Exception {@link Win32Error#FILE_NOT_FOUND} when there is no mailslot of that name on this machine;
     *     Windows does not check other machines
     * @throws PortClosedException when the port is closed or closing
     */
    public static MailslotClient open(final CompletionPort port, final String name) throws Win32Exception {
        final String full = PipeNames.completeMailslot(name);
        final long result = OffCarrier.call(() -> MailslotNative.openClient(PortAccess.get().id(port), full));
        final long key = EngineError.key(result, "CreateFile " + full, port);
        return PortAccess.get().register(port, new MailslotClient(port, key, full));
    }
}

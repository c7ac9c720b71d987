package io.github.iocp4j;

/**
 * Writes messages to a mailslot. Each {@link #write} is one message.
 */
public final class MailslotClient extends StreamDevice {
    private MailslotClient(final CompletionPort port, final long key, final String name) {
        super(port, key, name);
    }

    /**
     * Opens a mailslot for writing ({@code CreateFileW}). A virtual thread parks meanwhile and does not pin its
     * carrier.
     *
     * @param port receives the completions
     * @param name {@code \\.\mailslot\NAME}, only {@code NAME}, {@code \\COMPUTER\mailslot\NAME}, or
     *     {@code \\DOMAIN\mailslot\NAME} for all computers of a domain, to which a message has at most 424 bytes
     * @return the open end
     * @throws IllegalArgumentException when that cannot be the name of a mailslot
     * @throws Win32Exception {@link Win32Error#FILE_NOT_FOUND} when there is no mailslot of that name on this machine;
     *     Windows does not check other machines
     * @throws PortClosedException when the port is closed or closing
     */
    public static MailslotClient open(final CompletionPort port, final String name) throws Win32Exception {
        final String full = PipeNames.completeMailslot(name);
        final long key = Refusal.key(OffCarrier.call(() -> MailslotNative.openClient(port.id(), full)),
                "CreateFile " + full, port);
        return port.register(new MailslotClient(port, key, full));
    }

    @Override
    void checkReadable() {
        throw new UnsupportedOperationException(this + " is write-only: a MailslotServer reads the messages");
    }
}

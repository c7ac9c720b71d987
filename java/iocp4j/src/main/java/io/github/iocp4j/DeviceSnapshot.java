package io.github.iocp4j;

/**
 * One device in a {@link PortSnapshot}.
 */
public final class DeviceSnapshot {
    private final long key;
    private final DeviceKind kind;
    private final String name;
    private final int operationsInFlight;
    private final boolean closing;
    private final long operationsAccepted;
    private final long operationsCompleted;
    private final long operationsCompletedInline;
    private final long bytes;

    DeviceSnapshot(
            final long key,
            final DeviceKind kind,
            final String name,
            final boolean closing,
            final int operationsInFlight,
            final long operationsAccepted,
            final long operationsCompleted,
            final long operationsCompletedInline,
            final long bytes) {
        this.key = key;
        this.kind = kind;
        this.name = name;
        this.operationsInFlight = operationsInFlight;
        this.closing = closing;
        this.operationsAccepted = operationsAccepted;
        this.operationsCompleted = operationsCompleted;
        this.operationsCompletedInline = operationsCompletedInline;
        this.bytes = bytes;
    }

    /**
     * The completion key.
     *
     * @return the same as {@link Device#key()}
     */
    public long key() {
        return key;
    }

    /**
     * The kind of device.
     *
     * @return the kind
     */
    public DeviceKind kind() {
        return kind;
    }

    /**
     * The device's name.
     *
     * @return the same as {@link Device#name()}; empty when the device was closed while the snapshot was taken
     */
    public String name() {
        return name;
    }

    /**
     * Accepted operations whose completion the listener has not handled yet. For a pipe server, its waiting instances
     * and the clients whose accept the listener is handling.
     *
     * @return at least 0
     */
    public int operationsInFlight() {
        return operationsInFlight;
    }

    /**
     * Whether the device is closing and waits for its operations in flight.
     *
     * @return true between {@link Device#close} and the last completion
     */
    public boolean closing() {
        return closing;
    }

    /**
     * Operations accepted since the device was opened.
     *
     * @return at least {@link #operationsCompleted}
     */
    public long operationsAccepted() {
        return operationsAccepted;
    }

    /**
     * Operations whose completion the listener has handled.
     *
     * @return at least 0
     */
    public long operationsCompleted() {
        return operationsCompleted;
    }

    /**
     * Operations that have completed inline; {@link #operationsCompleted} counts them, too.
     *
     * @return at least 0
     */
    public long operationsCompletedInline() {
        return operationsCompletedInline;
    }

    /**
     * Bytes that its operations have transferred in both directions.
     *
     * @return at least 0
     */
    public long bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return name + " (key " + Long.toHexString(key) + ", " + operationsInFlight + " in flight)";
    }
}

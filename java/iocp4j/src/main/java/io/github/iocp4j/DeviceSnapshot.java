package io.github.iocp4j;

/**
 * One device in a {@link PortSnapshot}.
 */
public final class DeviceSnapshot {
    private final long key;
    private final String name;
    private final int operationsInFlight;

    DeviceSnapshot(final long key, final String name, final int operationsInFlight) {
        this.key = key;
        this.name = name;
        this.operationsInFlight = operationsInFlight;
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
     * What was opened.
     *
     * @return the same as {@link Device#name()}; empty when the device was closed while the snapshot was taken
     */
    public String name() {
        return name;
    }

    /**
     * Operations that were accepted and whose completion the listener has not finished with. For a server: the
     * instances that wait for a client.
     *
     * @return at least 0
     */
    public int operationsInFlight() {
        return operationsInFlight;
    }

    @Override
    public String toString() {
        return name + " (key " + Long.toHexString(key) + ", " + operationsInFlight + " in flight)";
    }
}

package io.github.iocp4j;

/** The device is closed or closing. No operation was started. */
public final class DeviceClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    DeviceClosedException(final String message) {
        super(message);
    }
}

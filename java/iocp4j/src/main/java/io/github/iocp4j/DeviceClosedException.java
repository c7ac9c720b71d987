package io.github.iocp4j;

/** An operation was started on a device that is closed or being closed. Nothing was submitted. */
public final class DeviceClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    DeviceClosedException(final String message) {
        super(message);
    }
}

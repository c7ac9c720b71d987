package io.github.iocp4j.monitoring;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortState;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Shows a port in JMX, as a {@link CompletionPortMXBean} of the platform's MBean server.
 *
 * <p>The bean stays until this registration is closed; closing the port does not remove it. The bean of a closed port
 * has the state {@link PortState#CLOSED} and the last counters.
 */
public final class PortManagement implements AutoCloseable {
    private final String objectName;
    private final AtomicBoolean closed = new AtomicBoolean();

    private PortManagement(final String objectName) {
        this.objectName = objectName;
    }

    /**
     * Whether this JVM has JMX, which is in the module {@code java.management}.
     *
     * @return false in a run-time image without this module, and in a modular program that does not require it
     */
    public static boolean isAvailable() {
        return Availability.of("java.lang.management.ManagementFactory");
    }

    /**
     * Registers a port. Its bean is named {@code io.github.iocp4j:type=CompletionPort,name="NAME"}, with the port's
     * name in quotes; if that name is in use, {@code ,number=2} follows, or a higher number.
     *
     * @param port the port
     * @return the registration
     * @throws UnsupportedOperationException when this JVM has no JMX
     * @throws io.github.iocp4j.PortClosedException when the port is closed
     */
    public static PortManagement register(final CompletionPort port) {
        final PortView view = new PortView(port);
        if (!isAvailable()) {
            throw new UnsupportedOperationException("This JVM has no JMX: add the module java.management");
        }
        return new PortManagement(PortBean.register(port.name(), view));
    }

    /**
     * The name of the bean.
     *
     * @return the string of a {@code javax.management.ObjectName}
     */
    public String objectName() {
        return objectName;
    }

    /** Takes the bean away. Closing twice is harmless. */
    @Override
    public void close() {
        // Once: by then another port may have the name.
        if (!closed.getAndSet(true)) {
            PortBean.unregister(objectName);
        }
    }

    @Override
    public String toString() {
        return "PortManagement[" + objectName + ']';
    }
}

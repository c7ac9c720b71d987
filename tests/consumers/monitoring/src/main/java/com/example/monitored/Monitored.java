package com.example.monitored;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.monitoring.PortEvents;
import io.github.iocp4j.monitoring.PortManagement;
import io.github.iocp4j.monitoring.PortMonitor;
import io.github.iocp4j.monitoring.PortMonitorClient;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import javax.management.ObjectName;

/** A port that is monitored by JMX and through a pipe. Both must show the packets posted to it. */
public final class Monitored {
    private static final int PACKETS = 25;
    private static final String NAME = "monitored-" + ProcessHandle.current().pid();

    private Monitored() {}

    /**
     * Posts packets and reads how many the port has delivered.
     *
     * @param args none
     * @throws Exception when the numbers differ
     */
    public static void main(final String[] args) throws Exception {
        final CountDownLatch delivered = new CountDownLatch(PACKETS);
        try (CompletionPort port = CompletionPort.builder(completion -> delivered.countDown()).name(NAME).open();
                PortManagement management = PortManagement.register(port);
                PortEvents events = PortEvents.isAvailable() ? PortEvents.register(port) : null;
                PortMonitor monitor = PortMonitor.serve(port, NAME);
                PortMonitorClient client = PortMonitorClient.connect(monitor.pipeName())) {
            for (int i = 0; i < PACKETS; i++) {
                port.post(0, 0, i);
            }
            delivered.await();
            final PortSnapshot snapshot = awaitCompletions(client);
            require(snapshot.name().equals(NAME) && snapshot.state() == PortState.OPEN, snapshot);
            final Object bean = ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName(management.objectName()), "Completions");
            require(bean.equals((long) PACKETS) && PortEvents.isAvailable() == (events != null), bean);
            System.out.println("ok: " + snapshot.completions() + " packets are shown");
        }
    }

    /** Waits, because the port counts a completion only after the listener has returned. */
    private static PortSnapshot awaitCompletions(final PortMonitorClient client) throws Exception {
        PortSnapshot snapshot = client.ask();
        while (snapshot.completions() < PACKETS) {
            snapshot = client.ask();
        }
        return snapshot;
    }

    private static void require(final boolean condition, final Object found) {
        if (!condition) {
            throw new IllegalStateException("not " + found);
        }
    }
}

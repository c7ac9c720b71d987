package io.github.iocp4j.monitoring;

import java.lang.management.ManagementFactory;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;

/** A program whose port can be looked at by JMX from another process. */
final class RemoteManagementProbe {
    private RemoteManagementProbe() {
    }

    /**
     * Serves JMX by RMI; prints the address, the object name of the port, the key and the name of its server; stays
     * until its input ends.
     *
     * @param args none
     * @throws Exception when that does not work
     */
    public static void main(final String[] args) throws Exception {
        final JMXConnectorServer connector = JMXConnectorServerFactory.newJMXConnectorServer(
                new JMXServiceURL("rmi", "127.0.0.1", 0), null, ManagementFactory.getPlatformMBeanServer());
        connector.start();
        try (BusyPort busy = new BusyPort("remote"); PortManagement management = PortManagement.register(busy.port())) {
            System.out.println(connector.getAddress());
            System.out.println(management.objectName());
            System.out.println(busy.server().key());
            System.out.println(busy.server().name());
            System.in.readAllBytes();
        } finally {
            connector.stop();
        }
    }
}

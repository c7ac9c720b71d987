package io.github.iocp4j.monitoring;

/** A program for a JVM that has only the module {@code java.base}; a monitor works there, too. */
final class BareProbe {
    private BareProbe() {
    }

    /**
     * Prints the modules, and the number of completions that a monitor's client receives.
     *
     * @param args none
     * @throws Exception when something fails that should not
     */
    public static void main(final String[] args) throws Exception {
        final String pipe = BusyPort.newPipe();
        try (BusyPort busy = new BusyPort("bare"); PortMonitor monitor = PortMonitor.serve(busy.port(), pipe);
                PortMonitorClient client = PortMonitorClient.connect(monitor.pipeName())) {
            System.out.println(PortManagement.isAvailable() + " " + PortEvents.isAvailable() + " "
                    + client.ask().completions());
            try (PortManagement management = PortManagement.register(busy.port())) {
                System.out.println(management);
            } catch (final UnsupportedOperationException refused) {
                System.out.println(refused.getMessage());
            }
        }
    }
}

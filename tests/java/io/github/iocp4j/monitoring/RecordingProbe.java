package io.github.iocp4j.monitoring;

/** A program with a port, and with a recording that the command line starts and that ends with the JVM. */
final class RecordingProbe {
    private RecordingProbe() {
    }

    /**
     * Leaves the port open and registered, so that the recording notes it at its end.
     *
     * @param args none
     * @throws Exception when something fails that should not
     */
    public static void main(final String[] args) throws Exception {
        final BusyPort busy = new BusyPort("recorded");
        PortEvents.register(busy.port());
        System.out.println(busy.server().name());
    }
}

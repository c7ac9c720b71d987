package io.github.iocp4j.tools.monitor;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.monitoring.PortMonitor;
import picocli.CommandLine.Option;

/** The option with which a tool serves its port's figures. */
public final class MonitorOption {
    @Option(names = "--monitor", paramLabel = "PIPE",
            description = "Serve figures to the tool monitor on a pipe of that name.")
    private String pipe;

    MonitorOption() {
    }

    /**
     * Begins to serve the figures of the tool's port.
     *
     * @param port the port
     * @return the monitor, to be closed before the port; null without the option
     * @throws Win32Exception when Windows refuses
     */
    public PortMonitor serve(final CompletionPort port) throws Win32Exception {
        if (pipe == null) {
            return null;
        }
        try {
            return PortMonitor.serve(port, pipe);
        } catch (final Win32Exception refused) {
            if (refused.code() == Win32Error.ACCESS_DENIED) {
                throw new IllegalArgumentException("The pipe " + pipe
                        + " is in use: choose another name with --monitor", refused);
            }
            throw refused;
        }
    }
}

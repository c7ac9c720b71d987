package io.github.iocp4j.monitoring;

/**
 * A port as JMX shows it: each attribute is read from the port when it is asked for. {@link PortManagement} registers
 * it.
 */
public interface CompletionPortMXBean extends PortFigures {
}

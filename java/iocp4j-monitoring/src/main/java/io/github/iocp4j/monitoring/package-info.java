/**
 * Lets other programs see what a {@link io.github.iocp4j.CompletionPort} is doing.
 *
 * <p>There are three ways, which a program can combine. Each stays open until the program closes it:
 *
 * <pre>{@code
 * try (PortManagement management = PortManagement.register(port);
 *         PortEvents events = PortEvents.register(port);
 *         PortMonitor monitor = PortMonitor.serve(port, "my-program")) {
 *     ...
 * }
 * }</pre>
 *
 * <ul>
 * <li>{@link io.github.iocp4j.monitoring.PortManagement} registers the port as a
 *     {@linkplain io.github.iocp4j.monitoring.CompletionPortMXBean bean} of JMX. Any console shows it.
 * <li>{@link io.github.iocp4j.monitoring.PortEvents} lets JDK Flight Recorder record the port and its devices as
 *     periodic events.
 * <li>{@link io.github.iocp4j.monitoring.PortMonitor} serves a named pipe. The tool {@code monitor} reads it, and so
 *     does a Java program with a {@link io.github.iocp4j.monitoring.PortMonitorClient}.
 * </ul>
 *
 * <p>All three show {@linkplain io.github.iocp4j.PortSnapshot snapshots} of the port. The port needs no additional
 * counters for them, and they cost time only while a snapshot is taken.
 *
 * <p>JMX and Flight Recorder are optional: {@code PortManagement.isAvailable} and {@code PortEvents.isAvailable} say
 * whether the JVM has them. The pipe needs only the module {@code java.base}.
 */
package io.github.iocp4j.monitoring;

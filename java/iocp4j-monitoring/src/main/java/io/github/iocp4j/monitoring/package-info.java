/**
 * Shows what a {@link io.github.iocp4j.CompletionPort} is doing outside its program.
 *
 * <p>A program opens its port to one or more of three ways, each of which stays open until it is closed:
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
 * <p>All three show {@linkplain io.github.iocp4j.PortSnapshot snapshots} of the port. The port counts nothing for them
 * that it does not count anyway, so that they cost something only while a snapshot is taken.
 *
 * <p>JMX and Flight Recorder are optional: {@code PortManagement.isAvailable} and {@code PortEvents.isAvailable} say
 * whether the JVM has them. The pipe needs no module but {@code java.base}.
 */
package io.github.iocp4j.monitoring;

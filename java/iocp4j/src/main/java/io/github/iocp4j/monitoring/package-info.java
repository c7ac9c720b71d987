/**
 * Looking into a {@link io.github.iocp4j.CompletionPort} from outside its program.
 *
 * <p>There are three ways, each for a port that its program has opened it to, until that is closed again:
 * {@link io.github.iocp4j.monitoring.PortManagement} makes the port an MXBean,
 * {@link io.github.iocp4j.monitoring.PortEvents} has JDK Flight Recorder note how it does, and
 * {@link io.github.iocp4j.monitoring.PortMonitor} serves a named pipe, which the tool {@code monitor} and
 * {@link io.github.iocp4j.monitoring.PortMonitorClient} ask. All tell the same
 * {@linkplain io.github.iocp4j.monitoring.PortFigures figures}, those of
 * {@link io.github.iocp4j.CompletionPort#snapshot}. Nothing is counted for them that is not counted anyway, so that a
 * port which nobody looks at runs as if this package were not there.
 */
package io.github.iocp4j.monitoring;

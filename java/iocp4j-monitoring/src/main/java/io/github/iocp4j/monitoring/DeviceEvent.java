package io.github.iocp4j.monitoring;

import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortSnapshot;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/** How one device of a port does; its numbers are those of {@link DeviceSnapshot}. */
@Name("io.github.iocp4j.Device")
@Label("Device of a Completion Port")
@Description("Operations and bytes of a device that is registered with an I/O completion port")
@Category({"iocp4j"})
@Enabled(false)
@Period("10 s")
@StackTrace(false)
final class DeviceEvent extends Event {
    @Label("Port")
    final String port;

    @Label("Key")
    final long key;

    @Label("Kind")
    final String kind;

    @Label("Name")
    final String name;

    @Label("Closing")
    final boolean closing;

    @Label("Operations in Flight")
    final int operationsInFlight;

    @Label("Operations Accepted")
    final long operationsAccepted;

    @Label("Operations Completed")
    final long operationsCompleted;

    @Label("Operations Completed Inline")
    final long operationsCompletedInline;

    @Label("Bytes")
    @DataAmount
    final long bytes;

    DeviceEvent(final PortSnapshot port, final DeviceSnapshot device) {
        this.port = port.name();
        key = device.key();
        kind = device.kind().name();
        name = device.name();
        closing = device.closing();
        operationsInFlight = device.operationsInFlight();
        operationsAccepted = device.operationsAccepted();
        operationsCompleted = device.operationsCompleted();
        operationsCompletedInline = device.operationsCompletedInline();
        bytes = device.bytes();
    }
}

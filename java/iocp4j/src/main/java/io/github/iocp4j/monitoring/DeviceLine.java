package io.github.iocp4j.monitoring;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import java.io.DataOutputStream;
import java.io.IOException;

/** One device in {@link Figures}. */
final class DeviceLine implements PortFigures.DeviceFigures {
    /** Bytes on the wire, with an empty name. */
    static final int LEAST_LENGTH = 1 + 1 + Integer.BYTES + 5 * Long.BYTES + Short.BYTES;

    private final long key;
    private final DeviceKind kind;
    private final boolean closing;
    private final int inFlight;
    private final long accepted;
    private final long completed;
    private final long inline;
    private final long bytes;
    private final String name;

    DeviceLine(final DeviceSnapshot device) {
        key = device.key();
        kind = device.kind();
        closing = device.closing();
        inFlight = device.operationsInFlight();
        accepted = device.operationsAccepted();
        completed = device.operationsCompleted();
        inline = device.operationsCompletedInline();
        bytes = device.bytes();
        name = device.name();
    }

    DeviceLine(final FigureReader in) throws IOException {
        key = in.number();
        kind = in.choice(DeviceKind.values());
        closing = in.truth();
        inFlight = Math.max(0, in.integer());
        accepted = in.numberFrom(0);
        completed = in.numberFrom(0);
        inline = in.numberFrom(0);
        bytes = in.numberFrom(0);
        name = in.text();
    }

    static void write(final PortFigures.DeviceFigures device, final DataOutputStream out) throws IOException {
        out.writeLong(device.getKey());
        out.writeByte(device.getKind().ordinal());
        out.writeBoolean(device.isClosing());
        out.writeInt(device.getOperationsInFlight());
        out.writeLong(device.getOperationsAccepted());
        out.writeLong(device.getOperationsCompleted());
        out.writeLong(device.getOperationsCompletedInline());
        out.writeLong(device.getBytes());
        FigureReader.writeText(out, device.getName());
    }

    @Override
    public long getKey() {
        return key;
    }

    @Override
    public DeviceKind getKind() {
        return kind;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public boolean isClosing() {
        return closing;
    }

    @Override
    public int getOperationsInFlight() {
        return inFlight;
    }

    @Override
    public long getOperationsAccepted() {
        return accepted;
    }

    @Override
    public long getOperationsCompleted() {
        return completed;
    }

    @Override
    public long getOperationsCompletedInline() {
        return inline;
    }

    @Override
    public long getBytes() {
        return bytes;
    }
}

package io.github.iocp4j.netty;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.netty.channel.IoHandle;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** The place of a handle of the program, which stays until its last device has ended. */
final class DeviceRegistration extends Registration implements IocpIoRegistration {
    private final Set<Device> devices = Collections.newSetFromMap(new IdentityHashMap<>());

    DeviceRegistration(final IocpIoHandler handler, final IoHandle handle, final int index, final long number) {
        super(handler, handle, index, number);
    }

    @Override
    public CompletionPort port() {
        return handler().port();
    }

    @Override
    public <D extends Device> D add(final D device) {
        if (device.port() != port()) {
            throw new IllegalArgumentException(device + " does not belong to the port of this event loop: open it on"
                    + " IocpIoRegistration.port, or register the handle with the loop of the device");
        }
        synchronized (devices) {
            if (!isValid()) {
                throw new IllegalStateException("The registration is cancelled, so it takes no more devices");
            }
            devices.add(device);
        }
        return device;
    }

    @Override
    public void close(final Device device) {
        handler().onLoop(() -> closeAdded(device));
    }

    @Override
    public long token(final int kind) {
        if (kind < 0 || kind > Registration.MAX_KIND) {
            throw new IllegalArgumentException(
                    "The kind is " + kind + ", but must be from 0 to " + Registration.MAX_KIND);
        }
        return super.token(kind);
    }

    @Override
    void completed() {
        // The ends of the devices count, because some operations have any number of completions.
    }

    @Override
    void cancelled() {
        final List<Device> left;
        synchronized (devices) {
            left = List.copyOf(devices);
        }
        left.forEach(this::closeAdded);
        settle();
    }

    @Override
    boolean isIdle() {
        synchronized (devices) {
            return devices.isEmpty();
        }
    }

    private void closeAdded(final Device device) {
        synchronized (devices) {
            if (!devices.contains(device)) {
                return;
            }
        }
        handler().closes().close(this, device, () -> {
            synchronized (devices) {
                devices.remove(device);
            }
            settle();
        });
    }
}

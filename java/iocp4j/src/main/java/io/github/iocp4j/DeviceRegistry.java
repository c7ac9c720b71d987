package io.github.iocp4j;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The Java objects of a port's devices by key, found without a lock and without boxing: the low half of a key is a slot
 * that no two open devices share.
 */
final class DeviceRegistry {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Device[].class);

    private volatile Device[] devices = new Device[16];

    /** The device with that key, or null when there is none (any more). */
    Device find(final long key) {
        final Device[] table = devices;
        final int slot = (int) key;
        if (slot >= table.length) {
            return null;
        }
        final Device device = (Device) ELEMENT.getAcquire(table, slot);
        return device != null && device.key() == key ? device : null;
    }

    synchronized <D extends Device> D add(final D device) {
        final int slot = (int) device.key();
        if (slot >= devices.length) {
            devices = Arrays.copyOf(devices, Math.max(slot + 1, 2 * devices.length));
        }
        ELEMENT.setRelease(devices, slot, device);
        return device;
    }

    /** Forgets the device with that key and answers it, or null when there was none. */
    synchronized Device remove(final long key) {
        final Device device = find(key);
        if (device != null) {
            ELEMENT.setRelease(devices, (int) key, null);
        }
        return device;
    }
}

package io.github.iocp4j;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The Java objects of a port's devices by key. Lookup takes no lock and boxes nothing: the low half of a key is a slot
 * number, which no two open devices share.
 */
final class DeviceRegistry {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Device[].class);

    private volatile Device[] devices = new Device[16];

    /** The device with that key, or null. */
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

    /** Removes the device with that key and returns it, or null. */
    synchronized Device remove(final long key) {
        final Device device = find(key);
        if (device != null) {
            ELEMENT.setRelease(devices, (int) key, null);
        }
        return device;
    }
}

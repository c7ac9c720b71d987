package io.github.iocp4j;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The Java objects of devices by key. Lookup takes no lock and boxes nothing: the low half of a key is a slot number,
 * which no two open devices of the process share. Therefore one registry serves all ports: one for each would have as
 * many slots as the whole process has devices. Pages bound what has to be copied when it grows.
 */
final class DeviceRegistry {
    /** A constant of this class, because a port that has no device yet does not need it. */
    static final DeviceRegistry OF_PROCESS = new DeviceRegistry();

    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Device[].class);
    private static final int PAGE_BITS = 10;
    private static final int PAGE_SIZE = 1 << PAGE_BITS;

    /** Replaced, never written, when a page is added. */
    private volatile Device[][] pages = {};

    /** The device with that key, or null. */
    Device find(final long key) {
        final Device[] page = page((int) key);
        final Device device = page == null ? null : (Device) ELEMENT.getAcquire(page, index((int) key));
        return device != null && device.key() == key ? device : null;
    }

    /**
     * Adds a device, unless its slot has a later one: then this one has ended before it was added. Of two keys with one
     * slot, the later is greater.
     */
    <D extends Device> D add(final D device) {
        final int slot = (int) device.key();
        Device[] page = page(slot);
        if (page == null) {
            page = newPage(slot);
        }
        Device before;
        do {
            before = (Device) ELEMENT.getAcquire(page, index(slot));
            if (before != null && before.key() > device.key()) {
                return device;
            }
        } while (!ELEMENT.compareAndSet(page, index(slot), before, device));
        return device;
    }

    /** Removes the device with that key and returns it, or null. Of several threads, one gets it. */
    Device remove(final long key) {
        final Device device = find(key);
        return device != null && ELEMENT.compareAndSet(page((int) key), index((int) key), device, null)
                ? device : null;
    }

    /** The page of a slot, which stays where it is; null when there is none yet. */
    private Device[] page(final int slot) {
        final Device[][] all = pages;
        final int number = slot >>> PAGE_BITS;
        return number < all.length ? all[number] : null;
    }

    private synchronized Device[] newPage(final int slot) {
        final Device[][] all = pages;
        final int number = slot >>> PAGE_BITS;
        if (number < all.length) {
            return all[number];
        }
        final Device[][] more = Arrays.copyOf(all, number + 1);
        for (int i = all.length; i < more.length; i++) {
            more[i] = new Device[PAGE_SIZE];
        }
        pages = more;
        return more[number];
    }

    private static int index(final int slot) {
        return slot & PAGE_SIZE - 1;
    }
}

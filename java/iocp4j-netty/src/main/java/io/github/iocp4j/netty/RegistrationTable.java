package io.github.iocp4j.netty;

import io.netty.channel.IoHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;

/** The registrations of one loop by their places, which are parts of their tokens. Only the loop's thread uses it. */
final class RegistrationTable {
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private Registration[] places = new Registration[16];
    /** The places that were ever in use. */
    private int used;
    private long added;

    /** Gives the handle a place. */
    Registration add(final IocpIoHandler handler, final IoHandle handle) {
        final Integer left = free.poll();
        final int index = left != null ? left : used++;
        if (index == places.length) {
            places = Arrays.copyOf(places, 2 * index);
        }
        final long number = added++;
        places[index] = handle instanceof IocpIoHandle ? new DeviceRegistration(handler, handle, index, number)
                : new Registration(handler, handle, index, number);
        return places[index];
    }

    boolean contains(final Registration registration) {
        return places[registration.index()] == registration;
    }

    /** Frees the registration's place; returns false if it has none. */
    boolean remove(final Registration registration) {
        if (!contains(registration)) {
            return false;
        }
        places[registration.index()] = null;
        free.add(registration.index());
        return true;
    }

    /** Returns the registration that has made the token; null if it has no place, or the token is foreign. */
    Registration find(final long token) {
        final Registration registration = places[Math.min(Registration.index(token), places.length - 1)];
        return registration != null && registration.isOf(token) ? registration : null;
    }

    /** Calls the action for each registration. It may remove registrations, but not add any. */
    void forEach(final Consumer<Registration> action) {
        for (int i = 0; i < used; i++) {
            final Registration registration = places[i];
            if (registration != null) {
                action.accept(registration);
            }
        }
    }
}

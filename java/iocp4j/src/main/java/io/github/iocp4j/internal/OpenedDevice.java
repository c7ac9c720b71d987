package io.github.iocp4j.internal;

import io.github.iocp4j.CompletionPort;

/**
 * What the constructor of a {@link io.github.iocp4j.Device} takes. No program can name this type, so that no class
 * outside this library derives from {@code Device}.
 */
public final class OpenedDevice {
    private final CompletionPort port;
    private final long key;
    private final Object name;
    private final StreamLimit limit;

    /**
     * Describes a device that native code has opened.
     *
     * @param port the port that it is registered with
     * @param key its completion key
     * @param name what was opened
     */
    public OpenedDevice(final CompletionPort port, final long key, final String name) {
        this(port, key, (Object) name, null);
    }

    /**
     * Describes a device whose name is made when it is needed.
     *
     * @param port the port that it is registered with
     * @param key its completion key
     * @param name makes the name; on any thread, each time
     */
    public OpenedDevice(final CompletionPort port, final long key, final Naming name) {
        this(port, key, (Object) name, null);
    }

    /**
     * Describes a stream device that cannot be read, or cannot be written.
     *
     * @param port the port that it is registered with
     * @param key its completion key
     * @param name what was opened
     * @param limit what it refuses; null for nothing
     */
    public OpenedDevice(final CompletionPort port, final long key, final String name, final StreamLimit limit) {
        this(port, key, (Object) name, limit);
    }

    private OpenedDevice(final CompletionPort port, final long key, final Object name, final StreamLimit limit) {
        this.port = port;
        this.key = key;
        this.name = name;
        this.limit = limit;
    }

    /** The same, registered with a port. */
    public OpenedDevice registered(final CompletionPort with, final long deviceKey) {
        return new OpenedDevice(with, deviceKey, name, limit);
    }

    /** The port; null for a handle that belongs to none. */
    public CompletionPort port() {
        return port;
    }

    /** The completion key. */
    public long key() {
        return key;
    }

    /** What was opened: a String, or a {@link Naming}. */
    public Object name() {
        return name;
    }

    /** The name of a device, or of one that is detached, from {@link #name}. */
    public static String nameOf(final Object device, final Object name) {
        return name instanceof Naming ? ((Naming) name).nameOf(device) : (String) name;
    }

    /** What it refuses; null for nothing. */
    public StreamLimit limit() {
        return limit;
    }

    /** Makes the names of devices of one kind: one object for all of them. */
    public interface Naming {
        /** The name of that device. */
        String nameOf(Object device);
    }
}

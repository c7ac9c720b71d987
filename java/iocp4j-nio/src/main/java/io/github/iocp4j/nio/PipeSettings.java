package io.github.iocp4j.nio;

import java.net.SocketOption;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The options of a pipe's channel, which it keeps until it is bound or connected. */
final class PipeSettings {
    private final Channel channel;
    private final Set<SocketOption<?>> supported;
    private final Map<SocketOption<?>, Object> values;

    /**
     * Creates the settings.
     *
     * @param defaults the values of the options that can be set
     * @param readOnly further options
     */
    PipeSettings(
            final Channel channel, final Map<SocketOption<?>, Object> defaults, final Set<SocketOption<?>> readOnly) {
        this.channel = channel;
        values = new ConcurrentHashMap<>(defaults);
        final Set<SocketOption<?>> all = new HashSet<>(readOnly);
        all.addAll(defaults.keySet());
        supported = Set.copyOf(all);
    }

    Set<SocketOption<?>> supported() {
        return supported;
    }

    /** Throws if the channel does not have the option, if the value is missing, or if the channel is closed. */
    void check(final SocketOption<?> name, final Object value) throws ClosedChannelException {
        check(name);
        if (value == null) {
            throw new IllegalArgumentException("The value of " + name + " is null");
        }
    }

    /** Throws if the channel does not have the option, or is closed. */
    void check(final SocketOption<?> name) throws ClosedChannelException {
        Objects.requireNonNull(name, "name");
        if (!supported.contains(name)) {
            throw new UnsupportedOperationException("'" + name + "' is not an option of this channel");
        }
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
    }

    /**
     * Sets a value that has been checked, unless the option is read-only.
     *
     * @throws ClassCastException when the value does not have the type of the option
     */
    <T> void set(final SocketOption<T> name, final T value) {
        if (!values.containsKey(name)) {
            throw new UnsupportedOperationException("'" + name + "' can only be read");
        }
        values.put(name, name.type().cast(value));
    }

    <T> T get(final SocketOption<T> name) {
        return name.type().cast(values.get(name));
    }
}

package io.github.iocp4j.nio;

import io.github.iocp4j.pipe.NamedPipeAddress;
import java.net.SocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;

/** An address that the channel does not take, with a message that says which one it takes. */
final class UnsupportedAddressException extends UnsupportedAddressTypeException {
    private static final long serialVersionUID = 1L;

    private final String message;

    UnsupportedAddressException(final String message) {
        this.message = message;
    }

    /** The address, if it has that class. */
    static <A extends SocketAddress> A check(final SocketAddress address, final Class<A> wanted) {
        if (!wanted.isInstance(address)) {
            // Without the address: the name of its host may come from outside.
            throw new UnsupportedAddressException("The address of this channel must be a " + wanted.getName()
                    + ", not a " + address.getClass().getName()
                    + (address instanceof NamedPipeAddress ? ": NamedPipeChannels opens channels over pipes" : ""));
        }
        return wanted.cast(address);
    }

    @Override
    public String getMessage() {
        return message;
    }
}

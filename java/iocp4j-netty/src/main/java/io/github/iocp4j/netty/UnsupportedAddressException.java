package io.github.iocp4j.netty;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;

/** An address of a class or family that the channel does not take, with a message that names the right one. */
final class UnsupportedAddressException extends UnsupportedAddressTypeException {
    private static final long serialVersionUID = 1L;

    private final String message;

    private UnsupportedAddressException(final String message) {
        this.message = message;
    }

    /** The address, if it has that class. */
    static <A extends SocketAddress> A check(final SocketAddress address, final Class<A> wanted) {
        if (!wanted.isInstance(address)) {
            // Without the address: the name of its host may come from outside.
            throw new UnsupportedAddressException("The address of this channel must be a " + wanted.getName()
                    + ", not a " + address.getClass().getName());
        }
        return wanted.cast(address);
    }

    /** An address for a channel that has no IPv6. */
    static void checkIpv4(final InetSocketAddress address) {
        if (address.getAddress() instanceof Inet6Address) {
            throw new UnsupportedAddressException("This channel is for IPv4 only, but the address is one of IPv6");
        }
    }

    /** The client of a channel of such addresses is bound to none. */
    static void checkUnbound(final SocketAddress local) {
        if (local != null) {
            throw new UnsupportedAddressException("The client of a pipe has no address, so it cannot be bound to one");
        }
    }

    @Override
    public String getMessage() {
        return message;
    }
}

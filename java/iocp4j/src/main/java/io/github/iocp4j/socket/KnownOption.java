package io.github.iocp4j.socket;

import io.github.iocp4j.Win32Error;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The table of options: the values of each, its code in native/devices/socket/Socket.h, and which sockets have it. */
enum KnownOption {
    SEND_BUFFER(StandardSocketOptions.SO_SNDBUF, 4, OptionValue.range(0, Integer.MAX_VALUE),
            EnumSet.allOf(SocketType.class)),
    RECEIVE_BUFFER(StandardSocketOptions.SO_RCVBUF, 5, OptionValue.range(0, Integer.MAX_VALUE),
            EnumSet.allOf(SocketType.class)),
    REUSE_ADDRESS(StandardSocketOptions.SO_REUSEADDR, 7, OptionValue.FLAG, SocketType.internet()),
    EXCLUSIVE(WinsockOptions.SO_EXCLUSIVEADDRUSE, 8, OptionValue.FLAG, SocketType.internet()),
    IPV6_ONLY(WinsockOptions.IPV6_V6ONLY, 10, OptionValue.FLAG, SocketType.ipv6()),
    LINGER(StandardSocketOptions.SO_LINGER, 6, OptionValue.LINGER, SocketType.connections()),
    NO_DELAY(StandardSocketOptions.TCP_NODELAY, 1, OptionValue.FLAG, SocketType.tcpConnections()),
    KEEP_ALIVE(StandardSocketOptions.SO_KEEPALIVE, 2, OptionValue.FLAG, SocketType.tcpConnections()),
    KEEP_IDLE(WinsockOptions.TCP_KEEPIDLE, 3, OptionValue.range(1, Integer.MAX_VALUE), SocketType.tcpConnections()),
    KEEP_INTERVAL(WinsockOptions.TCP_KEEPINTERVAL, 11, OptionValue.range(1, Integer.MAX_VALUE),
            SocketType.tcpConnections()),
    KEEP_COUNT(WinsockOptions.TCP_KEEPCOUNT, 12, OptionValue.range(1, 255), SocketType.tcpConnections()),
    OUT_OF_BAND_INLINE(WinsockOptions.SO_OOBINLINE, 21, OptionValue.FLAG, SocketType.tcpConnections()),
    TYPE_OF_SERVICE(StandardSocketOptions.IP_TOS, 13, OptionValue.range(0, 255), SocketType.tcpConnectionsAndUdp()),
    BROADCAST(StandardSocketOptions.SO_BROADCAST, 9, OptionValue.FLAG, SocketType.udp()),
    MULTICAST_INTERFACE(StandardSocketOptions.IP_MULTICAST_IF, 14, 17, OptionValue.INTERFACE, SocketType.udp()),
    MULTICAST_TTL(StandardSocketOptions.IP_MULTICAST_TTL, 15, 18, OptionValue.range(0, 255), SocketType.udp()),
    MULTICAST_LOOP(StandardSocketOptions.IP_MULTICAST_LOOP, 16, 19, OptionValue.FLAG, SocketType.udp()),
    CONN_RESET(WinsockOptions.UDP_CONNRESET, 20, OptionValue.FLAG, SocketType.udp());

    private static final Map<String, KnownOption> BY_NAME = byName();
    private static final Map<SocketType, Set<SocketOption<?>>> BY_TYPE = byType();

    private final SocketOption<?> option;
    private final int code;
    private final int ipv6Code;
    private final OptionValue value;
    private final Set<SocketType> types;

    KnownOption(
            final SocketOption<?> option, final int code, final OptionValue value, final Set<SocketType> types) {
        this(option, code, code, value, types);
    }

    KnownOption(
            final SocketOption<?> option, final int code, final int ipv6Code, final OptionValue value,
            final Set<SocketType> types) {
        this.option = option;
        this.code = code;
        this.ipv6Code = ipv6Code;
        this.value = value;
        this.types = types;
    }

    /** Returns the entry for an option; throws if sockets of that type do not have it. */
    static KnownOption of(final SocketOption<?> option, final SocketType type) {
        final KnownOption known = BY_NAME.get(option.name());
        if (known == null || !known.types.contains(type)) {
            throw new UnsupportedOperationException(option.name() + " is not an option of " + type + ", which has "
                    + supported(type).stream().map(SocketOption::name).collect(Collectors.joining(", ")));
        }
        if (known.option.type() != option.type()) {
            throw new UnsupportedOperationException("The option " + option.name() + " is of type "
                    + option.type().getName() + ", but must be of type " + known.option.type().getName());
        }
        return known;
    }

    /** The options of sockets of that type, in the order of the table. */
    static Set<SocketOption<?>> supported(final SocketType type) {
        return BY_TYPE.get(type);
    }

    int code(final SocketType type) {
        return type.isIpv6() ? ipv6Code : code;
    }

    int toNumber(final Object object, final SocketType type) {
        return value.toNumber(option, object, type.isIpv6());
    }

    Object ofNumber(final int number, final SocketType type) {
        return value.ofNumber(number, type.isIpv6());
    }

    /** Why Winsock may have refused it, for the message; empty where nothing more is known. */
    String hint(final int error) {
        switch (this) {
            case KEEP_IDLE:
            case KEEP_INTERVAL:
            case KEEP_COUNT:
                return error == Win32Error.WSAENOPROTOOPT ? " (Windows has it since Windows 10 version 1709)" : "";
            case REUSE_ADDRESS:
            case EXCLUSIVE:
            case IPV6_ONLY:
                return error == Win32Error.WSAEINVAL ? " (it can be changed until the socket is bound)" : "";
            default:
                return "";
        }
    }

    private static Map<String, KnownOption> byName() {
        final Map<String, KnownOption> table = new HashMap<>();
        for (final KnownOption known : values()) {
            table.put(known.option.name(), known);
        }
        return table;
    }

    private static Map<SocketType, Set<SocketOption<?>>> byType() {
        final Map<SocketType, Set<SocketOption<?>>> map = new EnumMap<>(SocketType.class);
        for (final SocketType type : SocketType.values()) {
            final Set<SocketOption<?>> supported = new LinkedHashSet<>();
            for (final KnownOption known : values()) {
                if (known.types.contains(type)) {
                    supported.add(known.option);
                }
            }
            map.put(type, Collections.unmodifiableSet(supported));
        }
        return map;
    }
}

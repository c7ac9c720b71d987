/**
 * TCP, UDP and Unix-domain sockets.
 *
 * <p>A {@link io.github.iocp4j.socket.SocketServer} keeps several accepts in flight. Each connection is a completion
 * with the opcode {@link io.github.iocp4j.Opcode#ACCEPT}, whose device is a
 * {@link io.github.iocp4j.socket.StreamSocket}. {@link io.github.iocp4j.socket.SocketClient} connects; the completion
 * has the opcode {@link io.github.iocp4j.Opcode#CONNECT}. A {@link io.github.iocp4j.socket.UdpSocket} receives and
 * sends datagrams, with addresses in a {@link io.github.iocp4j.socket.SocketAddressBuffer}, so that a datagram
 * allocates no object. It can be connected to a peer, and then be read and written. It joins multicast groups; each
 * {@link io.github.iocp4j.socket.MulticastMembership} can be dropped. Servers and clients accept a
 * {@link io.github.iocp4j.socket.UnixSocketAddress}, too, if Windows supports Unix-domain sockets.
 *
 * <h2>Sockets without a port, and accepts on demand</h2>
 *
 * <p>A {@link io.github.iocp4j.socket.DetachedSocket} is a socket that belongs to no port yet: the program sets its
 * options, binds it, and then associates it with a port. A server that was built with
 * {@link io.github.iocp4j.socket.SocketServer.Builder#detached} hands out its connections in this form, so that the
 * program distributes them over several ports, for example one polled port for each processor. A server that was built
 * with {@code listening(0)} accepts only as many clients as {@link io.github.iocp4j.socket.SocketServer#accept} is
 * called for.
 *
 * <h2>Options</h2>
 *
 * <p>All sockets have {@code option(option, value)}, {@code option(option)} and {@code supportedOptions()}; builders
 * set options before the socket is bound. The options are constants of {@link java.net.StandardSocketOptions} and
 * {@link io.github.iocp4j.socket.WinsockOptions}:
 *
 * <table>
 * <caption>The options of each kind of socket</caption>
 * <tr><th>option</th><th>sockets</th><th>value</th></tr>
 * <tr><td>{@code SO_SNDBUF}, {@code SO_RCVBUF}</td><td>all</td><td>bytes from 0 on. With a send buffer of 0, Windows
 * sends from the caller's buffer, and writes complete when their bytes are sent. For a receive window of more than
 * 65 535 bytes, set the size before the connection is made; connections inherit it from their server.</td></tr>
 * <tr><td>{@code SO_REUSEADDR}</td><td>TCP, UDP, servers</td><td>whether any other socket may be bound to the same
 * address and port, and then receive in place of this one; off in a new socket</td></tr>
 * <tr><td>{@code SO_EXCLUSIVEADDRUSE}</td><td>TCP, UDP, servers</td><td>whether no other socket may; on in servers and
 * UDP sockets. Turning one of the two on turns the other off. Both are to be set before the socket is bound.</td></tr>
 * <tr><td>{@code IPV6_V6ONLY}</td><td>IPv6</td><td>whether the socket is for IPv6 only; on in a new socket. To be set
 * before the socket is bound.</td></tr>
 * <tr><td>{@code SO_LINGER}</td><td>connections</td><td>what closing does with unsent bytes. -1 is off: Windows sends
 * them in the background. 0 drops them and resets the connection. With 1 to 65 535 seconds, the thread that closes the
 * socket, which may be a worker, waits up to that time until they are sent.</td></tr>
 * <tr><td>{@code TCP_NODELAY}</td><td>TCP connections</td><td>whether small writes go out at once; off in a new
 * socket</td></tr>
 * <tr><td>{@code SO_KEEPALIVE}</td><td>TCP connections</td><td>whether Windows sends probes to a silent peer; off in a
 * new socket</td></tr>
 * <tr><td>{@code TCP_KEEPIDLE}</td><td>TCP connections</td><td>seconds of silence before the first probe, from 1 on;
 * two hours in a new socket. Since Windows 10 version 1709.</td></tr>
 * <tr><td>{@code TCP_KEEPINTERVAL}</td><td>TCP connections</td><td>seconds between probes without an answer, from 1 on.
 * Since Windows 10 version 1709.</td></tr>
 * <tr><td>{@code TCP_KEEPCOUNT}</td><td>TCP connections</td><td>probes without an answer after which Windows resets the
 * connection, 1 to 255. Since Windows 10 version 1703.</td></tr>
 * <tr><td>{@code SO_OOBINLINE}</td><td>TCP connections</td><td>whether reads return out-of-band data, too; off in a new
 * socket</td></tr>
 * <tr><td>{@code IP_TOS}</td><td>TCP connections, UDP</td><td>the type of service, 0 to 255. Windows keeps the value,
 * and ignores it when it sends unless the registry says otherwise; over IPv6 it takes none while {@code IPV6_V6ONLY} is
 * on.</td></tr>
 * <tr><td>{@code SO_BROADCAST}</td><td>UDP</td><td>whether datagrams may be sent to broadcast addresses; off in a new
 * socket</td></tr>
 * <tr><td>{@code IP_MULTICAST_IF}</td><td>UDP</td><td>the interface through which multicast datagrams are sent; null,
 * as in a new socket, for that which Windows chooses</td></tr>
 * <tr><td>{@code IP_MULTICAST_TTL}</td><td>UDP</td><td>how many routers a multicast datagram passes, 0 to 255; 1 in a
 * new socket</td></tr>
 * <tr><td>{@code IP_MULTICAST_LOOP}</td><td>UDP</td><td>whether multicast datagrams sent by this machine reach it; on
 * in a new socket. On Windows the option of the receiving socket decides, elsewhere that of the sending one.</td></tr>
 * <tr><td>{@code UDP_CONNRESET}</td><td>UDP</td><td>whether a receive completes with {@code WSAECONNRESET} after an
 * earlier datagram has reached a machine without a socket at that port ({@code SIO_UDP_CONNRESET}); on in a new
 * socket</td></tr>
 * </table>
 *
 * <p>An option that a kind of socket does not have is an {@link java.lang.UnsupportedOperationException}; a value of a
 * wrong type or out of range is an {@link java.lang.IllegalArgumentException}; what Windows refuses is a
 * {@link io.github.iocp4j.Win32Exception}.
 */
package io.github.iocp4j.socket;

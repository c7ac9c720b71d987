/**
 * TCP, UDP and Unix-domain sockets.
 *
 * <p>A {@link io.github.iocp4j.socket.SocketServer} keeps several accepts in flight. Each connection is a completion
 * with the opcode {@link io.github.iocp4j.Opcode#ACCEPT}, whose device is a
 * {@link io.github.iocp4j.socket.StreamSocket}. {@link io.github.iocp4j.socket.SocketClient} connects; the completion
 * has the opcode {@link io.github.iocp4j.Opcode#CONNECT}. A {@link io.github.iocp4j.socket.UdpSocket} receives and
 * sends datagrams, with addresses in a {@link io.github.iocp4j.socket.SocketAddressBuffer}, so that no object is made
 * for a datagram. Servers and clients take a {@link io.github.iocp4j.socket.UnixSocketAddress} where Windows has
 * Unix-domain sockets.
 */
package io.github.iocp4j.socket;

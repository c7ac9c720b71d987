/**
 * TCP, UDP and Unix-domain sockets.
 *
 * <p>A {@link io.github.iocp4j.socket.SocketServer} keeps several accepts in flight. Each connection is a completion
 * with the opcode {@link io.github.iocp4j.Opcode#ACCEPT}, whose device is a
 * {@link io.github.iocp4j.socket.StreamSocket}. {@link io.github.iocp4j.socket.SocketClient} connects; the completion
 * has the opcode {@link io.github.iocp4j.Opcode#CONNECT}. A {@link io.github.iocp4j.socket.UdpSocket} receives and
 * sends datagrams, with addresses in a {@link io.github.iocp4j.socket.SocketAddressBuffer}, so that a datagram
 * allocates no object. Servers and clients accept a {@link io.github.iocp4j.socket.UnixSocketAddress}, too, if Windows
 * supports Unix-domain sockets.
 */
package io.github.iocp4j.socket;

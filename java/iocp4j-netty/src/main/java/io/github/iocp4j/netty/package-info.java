/**
 * A transport for Netty 4.2 on Windows, over completion ports.
 *
 * <p>A program that uses Netty's NIO changes three names:
 *
 * <pre>{@code
 *         final IoHandlerFactory loops = IocpIoHandler.newFactory(); // was: NioIoHandler
 *         final EventLoopGroup group = new MultiThreadIoEventLoopGroup(loops);
 *         final ServerBootstrap server = new ServerBootstrap().group(group)
 *                 .channel(IocpServerSocketChannel.class); // was: NioServerSocketChannel
 *         final Bootstrap client = new Bootstrap().group(group)
 *                 .channel(IocpSocketChannel.class); // was: NioSocketChannel
 * }</pre>
 *
 * <p>For datagrams there is {@link io.github.iocp4j.netty.IocpDatagramChannel}; for Unix-domain sockets
 * {@link io.github.iocp4j.netty.IocpServerDomainSocketChannel} and
 * {@link io.github.iocp4j.netty.IocpDomainSocketChannel}.
 *
 * <p>{@link io.github.iocp4j.netty.Iocp#isAvailable} returns whether the transport works in this process, so that a
 * program can choose it where it does.
 *
 * <p>Named pipes are channels like others: {@link io.github.iocp4j.netty.IocpNamedPipeServerChannel} is bound to a
 * {@link io.github.iocp4j.pipe.NamedPipeAddress}, and {@link io.github.iocp4j.netty.IocpNamedPipeChannel} is connected
 * to one. {@link io.github.iocp4j.netty.IocpChannelOption} has the options that only this transport has. With
 * {@link io.github.iocp4j.netty.IocpChannelOption#PIPE_MODE} they write and read
 * {@link io.github.iocp4j.netty.NamedPipeMessage}s.
 *
 * <h2 id="loop">The loop</h2>
 *
 * <p>Each event loop has a completion port, which its own thread polls. No other thread handles completions. A server's
 * connections belong to no port until a loop registers them, so that the acceptor and its children may live on
 * different loops, as usual. A handle stays with its port for ever: a channel that was deregistered can only be
 * registered with the same loop again; another loop refuses it and closes it.
 *
 * <p>Other devices of iocp4j can live on a loop, too: see {@link io.github.iocp4j.netty.IocpIoHandle}.
 *
 * <h2 id="buffers">Buffers</h2>
 *
 * <p>Windows reads from and writes to direct {@link io.netty.buffer.ByteBuf}s without a copy. A heap buffer is copied
 * once, as in Netty's NIO. Windows sends a {@link io.netty.channel.DefaultFileRegion} itself. A buffer in flight is
 * released when its completion has come, not earlier: neither a close nor a failed promise releases it. Therefore a
 * close completes when the completions of all operations have come. It cancels them; only the write in flight of a TCP
 * connection has a second before that, or the time of {@code SO_LINGER}, so that data of earlier writes is not lost.
 *
 * <h2 id="reading">Reading</h2>
 *
 * <p>One read is in flight while the program reads; it occupies a buffer of the channel's
 * {@link io.netty.channel.RecvByteBufAllocator}. A read starts after the loop's tasks, before the loop polls again.
 * When auto-read is turned off, the read in flight stays, and what it gets waits for the next {@code read()}. While the
 * program does not read, a TCP connection has a read of 0 bytes in flight, which notices the end of the connection if
 * no data comes before it.
 *
 * <p>A TCP connection that is seldom used waits without a buffer: a read of 0 bytes waits for data, and the read into a
 * buffer follows. It does so before the first data, and when the last data came more than five seconds after the data
 * before it. A read that is in flight keeps its buffer. With
 * {@link io.github.iocp4j.netty.IocpChannelOption#ZERO_BYTE_READS} no TCP connection and no pipe that waits occupies a
 * buffer.
 */
package io.github.iocp4j.netty;

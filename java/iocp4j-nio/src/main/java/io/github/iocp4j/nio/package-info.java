/**
 * Streams and sockets over named pipes and other devices, for code that knows {@link java.io.InputStream},
 * {@link java.io.OutputStream} and {@link java.net.Socket} only; operations as
 * {@link java.util.concurrent.CompletableFuture}s; the asynchronous channels of {@link java.nio.channels}.
 *
 * <p>A program that uses a socket class of another pipe library changes one line:
 *
 * <pre>{@code
 *         try (Socket socket = new PipeSocket(args[0])) { // was: new Win32NamedPipeSocket(args[0])
 *             socket.setSoTimeout(10_000);
 *             final byte[] question = args[1].getBytes(UTF_8);
 *             socket.getOutputStream().write(question);
 *             final byte[] answer = socket.getInputStream().readNBytes(question.length);
 *             System.out.println(new String(answer, UTF_8));
 *         }
 * }</pre>
 *
 * <table class="striped">
 * <caption>Which class</caption>
 * <thead><tr><th scope="col">the code has</th><th scope="col">it uses</th></tr></thead>
 * <tbody>
 * <tr><th scope="row">a {@link java.net.Socket}</th><td>{@link io.github.iocp4j.nio.PipeSocket}</td></tr>
 * <tr><th scope="row">a {@link java.net.ServerSocket}</th>
 * <td>{@link io.github.iocp4j.nio.PipeServerSocket}</td></tr>
 * <tr><th scope="row">an HTTP client that takes a {@link javax.net.SocketFactory}</th>
 * <td>{@link io.github.iocp4j.nio.PipeSocketFactory}</td></tr>
 * <tr><th scope="row">streams, over any device of iocp4j</th><td>{@link io.github.iocp4j.nio.Streams}</td></tr>
 * <tr><th scope="row">an {@link java.nio.channels.AsynchronousSocketChannel}</th>
 * <td>{@link io.github.iocp4j.nio.CompletionPortChannelProvider}</td></tr>
 * <tr><th scope="row">the same, but the peer is a named pipe</th>
 * <td>{@link io.github.iocp4j.nio.NamedPipeChannels}</td></tr>
 * <tr><th scope="row">an {@link java.nio.channels.AsynchronousFileChannel}</th>
 * <td>{@link io.github.iocp4j.nio.FileChannels}</td></tr>
 * <tr><th scope="row">{@code CompletableFuture}s, over any device of iocp4j</th>
 * <td>{@link io.github.iocp4j.nio.Futures}</td></tr>
 * </tbody>
 * </table>
 *
 * <h2 id="port">The port</h2>
 *
 * <p>Streams, sockets, futures, and file channels with an executor use one
 * {@linkplain io.github.iocp4j.nio.Streams#port() port of the process}, which is opened when it is first needed. A
 * program that wants a port of its own builds it with {@link io.github.iocp4j.nio.Streams#listener()}, and passes it to
 * the constructors. The workers of the port only wake threads that wait; they never run code of the program.
 * Actions that depend on futures run on daemon threads of this module. File channels without an executor belong to the
 * default group of channels.
 *
 * <h2 id="waiting">Waiting</h2>
 *
 * <p>A thread that waits is parked, and holds no monitor: a virtual thread does not pin its carrier. A platform thread
 * that reads a pipe of this machine waits in the kernel, where it needs no worker. Four things end a wait:
 *
 * <ul>
 * <li>the result;
 * <li>the timeout of {@code setSoTimeout} or {@code connect}: a {@link java.net.SocketTimeoutException}. No byte
 * is lost: the next read returns what has arrived meanwhile;
 * <li>{@code close}, by any thread: a {@link java.net.SocketException} with the message "Socket closed";
 * <li>an interrupt: an {@link java.io.InterruptedIOException}. Unlike a channel of the JDK, the socket stays open, and
 * no byte is lost. The thread is still interrupted. A channel over a stream, as {@code Channels.newChannel} makes it,
 * may close itself and the stream then, as channels of the JDK do.
 * </ul>
 *
 * <h2 id="memory">Memory</h2>
 *
 * <p>Each direction has one direct buffer of 8 to 64 KiB from its first use until the close, of the size of the largest
 * read or write. A read or write of an array allocates nothing on the Java heap, unless it fails.
 *
 * <h2 id="channels">Asynchronous channels</h2>
 *
 * <p>Each {@linkplain java.nio.channels.AsynchronousChannelGroup group} has a port of its own. The threads of a fixed
 * group poll it and call the handlers. In a group that was given an executor, as in the default group, an internal
 * thread hands the handlers over; in the default group and in those of a cached thread pool, threads of the executor
 * also poll. While these are quick, the internal thread stands by, so that handlers need no hand-over. When they block,
 * it takes their place after some milliseconds. The channels behave as their specification says. It leaves some points
 * open, and here are those in which they differ from the channels of the JDK on Windows:
 *
 * <ul>
 * <li>A timeout ends the operation in Windows, too: when the handler is called, Windows no longer uses the buffer.
 * Deadlines of all channels of a group take one timer thread, and are kept to about 20 milliseconds. As in the JDK, a
 * write that has timed out may have written a part.
 * <li>A cancelled future is done at once. The buffer must not be used again, because Windows may need longer. As in the
 * JDK, no operation of that kind is possible on the channel afterwards; {@code cancel(true)} closes the channel. A
 * channel whose connect was cancelled can only be closed.
 * <li>A write returns when all bytes are written, also those of a large heap buffer or of a long list. The JDK writes
 * at most 16 buffers of a list at once; a program that repeats the write works with both.
 * <li>The content of heap buffers is copied in parts of at most 64 KiB, so that large ones need little direct memory.
 * A read into a heap buffer returns at most 64 KiB.
 * <li>{@code getLocalAddress} of a connected channel is the real address; the JDK's is that of the implicit bind, which
 * may be {@code 0.0.0.0}.
 * <li>Sockets use Windows' exclusive bind, and {@code SO_REUSEADDR} is only remembered, as in the JDK. The further
 * options of {@code jdk.net} are not supported.
 * <li>Handlers are nested at most two deep on a stack, and not 16 as in the JDK: the channels complete inline what
 * Windows has done at once, and a connection that always has data must not keep the others waiting.
 * <li>A fixed group has at most 1,024 threads; more are an {@link IllegalArgumentException}. A group has at most
 * 1,048,576 operations in flight; more fail with an {@link java.io.IOException}.
 * <li>{@code close} cancels the operations. For a file or a server it then waits until Windows has closed it, at most
 * for a second. On a thread of a group it does not wait: for a moment, the file may be open, the address of the server
 * in use, and its backlog may take clients.
 * <li>A client that has disconnected before it is accepted does not fail the accept; the next client completes it.
 * <li>When an executor refuses a handler because other code has shut it down, or cannot start a thread for it, the
 * internal thread calls the handler.
 * </ul>
 *
 * <p>{@link io.github.iocp4j.nio.FileChannels} says how file channels differ.
 *
 * <h2 id="security">With a security manager</h2>
 *
 * <p>The library needs all permissions; it is granted them by a policy that names its jars, or has them on the boot
 * class path. Its callers need only what the JDK's channels ask for: the right to listen, connect and accept for
 * sockets, and to read, write and delete for {@link io.github.iocp4j.nio.FileChannels}. An accept is checked with the
 * permissions of the thread that has started it; if it is refused, the connection is closed. A local address is that of
 * the loopback for a caller who may not connect to it. Handlers of the default group run without permissions, and a
 * task for a group that is used as an executor has those of its caller.
 *
 * <p>Pipes, {@link io.github.iocp4j.nio.Streams#port()} and the ports of iocp4j itself make no checks of that kind.
 * Their callers need {@code RuntimePermission("loadLibrary.iocp4j")}, and may then do with them what the user of the
 * process may do. Code that is not trusted must not reach the internal packages, which call Windows: put the library on
 * the module path, where they are not exported.
 */
package io.github.iocp4j.nio;

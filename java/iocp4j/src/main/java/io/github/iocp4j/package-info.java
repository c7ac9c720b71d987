/**
 * The Windows I/O completion port for Java.
 *
 * <p>This page teaches the model in ten minutes. If you know {@code OVERLAPPED} and
 * {@code GetQueuedCompletionStatusEx}, begin with <a href="#buffers">who owns a buffer</a>.
 *
 * <h2 id="model">Port, device, operation, completion</h2>
 *
 * <p>A {@linkplain io.github.iocp4j.Device device} is an open handle that is registered with a
 * {@linkplain io.github.iocp4j.CompletionPort port}: a {@linkplain io.github.iocp4j.pipe.NamedPipe pipe}, a
 * {@linkplain io.github.iocp4j.socket.StreamSocket socket}, a {@linkplain io.github.iocp4j.file.OverlappedFile file}, a
 * {@linkplain io.github.iocp4j.file.DirectoryWatch directory}. A program starts <em>operations</em> on a device, such
 * as a read. The call does not wait. Either the call throws, and no completion follows. Or the operation is accepted,
 * and <b>exactly one completion</b> follows in every case: success, failure, cancellation, or the close of the device.
 * (Only if a device {@linkplain io.github.iocp4j.Device#completeInline completes inline}, an operation that succeeds at
 * once returns its result instead.)
 * Each {@linkplain io.github.iocp4j.Completion completion} arrives at the port's one
 * {@linkplain io.github.iocp4j.CompletionListener listener}, on the threads of the port, its <em>workers</em>.
 *
 * <p>A program has two parts. The first opens a port and devices, and keeps them open:
 *
 * <pre>{@code
 *         try (CompletionPort port = CompletionPort.builder(EchoServer::onCompletion)
 *                 .exceptionHandler(EchoServer::onException).open();
 *                 NamedPipeServer server = NamedPipeServer.builder(port, args[0]).open()) {
 *             System.out.println("Serving " + server.name() + "; press Enter to end");
 *             System.in.read();
 *         }
 * }</pre>
 *
 * <p>The second is the listener, a small state machine in which each completion starts the next operation. This one
 * echoes:
 *
 * <pre>{@code
 *     static void onCompletion(final Completion completion) {
 *         if (completion.status() != Win32Error.SUCCESS) {
 *             if (completion.opcode() != Opcode.ACCEPT) {
 *                 completion.device().close(); // the client has gone; one not accepted yet is the server's affair
 *             }
 *             return;
 *         }
 *         final NamedPipe pipe = (NamedPipe) completion.device();
 *         switch (completion.opcode()) {
 *             case ACCEPT:
 *                 pipe.attach(ByteBuffer.allocateDirect(4096));
 *                 pipe.read(bufferOf(pipe), 0);
 *                 break;
 *             case READ:
 *                 pipe.write(bufferOf(pipe).limit(completion.bytes()), 0);
 *                 break;
 *             default:
 *                 pipe.read(bufferOf(pipe).clear(), 0);
 *         }
 *     }
 * }</pre>
 *
 * <p>A completion has the {@linkplain io.github.iocp4j.Completion#opcode kind} of the operation, its
 * {@linkplain io.github.iocp4j.Completion#device device}, {@linkplain io.github.iocp4j.Completion#status status} and
 * number of {@linkplain io.github.iocp4j.Completion#bytes bytes}, and the {@linkplain io.github.iocp4j.Completion#token
 * token}, a number that the program chose when it started the operation. {@linkplain io.github.iocp4j.Device#attach
 * Attach} the state of a connection to its device; find the state of an operation by its token.
 *
 * <h2 id="batches">Batches</h2>
 *
 * <p>A worker dequeues the queued completions, up to its share of the port's batch ceiling, and passes them to Java in
 * one call. Java then calls the listener for each. The accessors of a completion read native memory in place and
 * allocate nothing. A completion is valid only on that thread, during the call of the listener. Copy the values that
 * you need later.
 *
 * <p>A program that does something once per batch, such as a flush, opens its port with a
 * {@link io.github.iocp4j.BatchListener} ({@link io.github.iocp4j.CompletionPort#batchBuilder}).
 *
 * <h2 id="buffers">Buffers</h2>
 *
 * <p>A buffer must be direct, and <b>belongs to the kernel</b> from the call that starts the operation to its
 * completion. The garbage collector does not free it during that time, even if the program drops it. The call reads
 * position and limit and does not change them; you may change them after the call. The content belongs to the kernel:
 * do not read it, write it or start another operation on it before the completion. Use one buffer for each operation in
 * flight, or parts of one {@link io.github.iocp4j.RegisteredBuffer}, whose address is resolved once.
 *
 * <p>The program controls <b>backpressure</b>: a server that starts the next read only after it has written the
 * previous answer holds at most one buffer for each client, even if the client sends faster. The operations in flight
 * on a port have a {@linkplain io.github.iocp4j.CompletionPort.Builder#operations ceiling}. At the ceiling, an
 * operation is refused with {@link io.github.iocp4j.OperationLimitException}; try again after a completion.
 *
 * <h2 id="threads">Threads</h2>
 *
 * <ul>
 * <li>Any thread may call the methods of ports and devices. Only the thread that the listener runs on may call those of
 * a batch or a completion.
 * <li>Several workers call the listener at the same time. While a device has one operation in flight, its completions
 * are never concurrent, and its attachment needs no lock. Start the next operation in the last statement of the
 * listener: another worker may deliver its completion before that call returns.
 * <li>When a device has several operations in flight, their completions arrive in any order, from several workers at
 * once.
 * <li>A listener may block; another worker then dequeues packets, while workers are left.
 * <li>An exception of the listener affects only the completion that the listener was called for. It goes to the
 * {@linkplain io.github.iocp4j.CompletionPort.Builder#exceptionHandler exception handler} with that completion, and the
 * worker continues with the next one. If the completion is a new connection, the port closes it.
 * </ul>
 *
 * <p>To do everything on one thread, as in an event loop, build a port
 * {@linkplain io.github.iocp4j.CompletionPort.Builder#polled polled}. It has no workers: a
 * {@link io.github.iocp4j.CompletionPoller} waits and calls the listener, and
 * {@link io.github.iocp4j.CompletionPort#wakeUp} ends the wait from any other thread:
 *
 * <pre>{@code
 *         try (port; CompletionPoller poller = port.openPoller()) {
 *             while (running) {
 *                 poller.poll(); // calls the listener; returns after a wake-up, too
 *                 for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
 *                     task.run();
 *                 }
 *             }
 *         }
 * }</pre>
 *
 * <h2 id="virtual">Virtual threads</h2>
 *
 * <p>Virtual threads may call all methods except those of an {@link io.github.iocp4j.device.AlertableThread}. During a
 * native call a virtual thread is <em>pinned</em>: it keeps its carrier, and other virtual threads cannot run there.
 *
 * <ul>
 * <li>Calls that may wait for long park the virtual thread and do not pin it: closing ports and devices, connecting to
 * a pipe, flushing, polling, opening files and devices, and blocking calls on files. A daemon thread of the library
 * makes the native call; these threads are named {@code iocp4j-blocking-0} and so on, one for each waiting call, but
 * none for the wait for a pipe. An interrupt ends only that wait; the thread is still interrupted afterwards.
 * <li>All other calls are short and pin the thread: starting and cancelling operations, posting, waking, snapshots,
 * opening ports, servers and sockets. Starting an operation takes as long as the transfer if Windows executes it
 * synchronously, as it may for cached and compressed files and for writes that extend a file.
 * <li>The first port of a process loads the library. That is file I/O, which pins like all file I/O of the JDK. Other
 * virtual threads that need the library park until it is loaded.
 * <li>Workers are platform threads. The listener runs on a virtual thread only if a virtual thread polls the port.
 * <li>With {@link io.github.iocp4j.Mechanism#EVENT} and {@link io.github.iocp4j.Mechanism#HANDLE} Windows aborts an
 * operation when the thread that has started it ends. For a virtual thread, this is its carrier, which may end when it
 * is idle. Therefore start operations on platform threads.
 * </ul>
 *
 * <p>Nothing else depends on the kind of thread. Batches and pollers belong to one thread at a time, which may be a
 * virtual one and may change its carrier. The context class loader is that of the thread that opened the port.
 *
 * <h2 id="cancelling">Cancelling and deadlines</h2>
 *
 * <p>{@link io.github.iocp4j.Device#cancel Device.cancel} takes the id that a starting method returns; a late or second
 * cancel has no effect. A starting method with a parameter {@code timeout} gives its operation a deadline. In both
 * cases, the completion follows as usual, and its status is the cause:
 * {@link io.github.iocp4j.Win32Error#OPERATION_ABORTED} for a cancel, {@link io.github.iocp4j.Win32Error#TIMEOUT} for a
 * deadline, {@link io.github.iocp4j.Win32Error#HANDLES_CLOSED} for the close of its device.
 *
 * <h2 id="closing">Closing</h2>
 *
 * <p>{@link io.github.iocp4j.Device#close() Device.close} refuses new operations, cancels the operations in flight,
 * waits until the listener has received their completions, and closes the handle. A worker does not wait, because it
 * might wait for itself; {@link io.github.iocp4j.Device#closeAsync} returns a future instead. Closing a port closes its
 * devices first. The listener owns each new connection and must close it, at the latest when the peer has gone.
 *
 * <h2 id="errors">Errors</h2>
 *
 * <p>Misuse causes an exception of the call: {@link java.lang.IllegalArgumentException},
 * {@link java.lang.IndexOutOfBoundsException}, {@link io.github.iocp4j.DeviceClosedException},
 * {@link io.github.iocp4j.PortClosedException}, {@link io.github.iocp4j.OperationLimitException}. A failure of Windows
 * is the status of a completion, even when the Win32 call fails at once, so that the listener is the one place to
 * handle it. Codes are those of Windows, named by {@link io.github.iocp4j.Win32Error};
 * {@link io.github.iocp4j.Completion#error Completion.error} converts one to an exception. Blocking calls, such as
 * opening a device, throw {@link io.github.iocp4j.Win32Exception} instead, and for the path of a file a
 * {@link java.nio.file.FileSystemException} with it as its cause. When the DLL cannot be loaded, for example
 * because the system is not Windows x64, the message of {@link io.github.iocp4j.NativeLibraryError} lists what was
 * tried.
 *
 * <h2 id="inline">Inline completions</h2>
 *
 * <p>On a device that {@linkplain io.github.iocp4j.Device#completeInline completes inline}, no completion follows a
 * transfer that succeeds at once: the starting method returns the number of bytes as a negative number, which
 * {@link io.github.iocp4j.InlineCompletion} reads. Nothing else changes.
 *
 * <h2 id="mechanisms">Mechanisms</h2>
 *
 * <p>By default the kernel queues a packet on the port for each operation. For handles that cannot be bound to a port,
 * Windows can instead notify by APC, by event or by the handle itself ({@link io.github.iocp4j.Mechanism}). The
 * listener, the batches and the guarantees are the same. An {@link io.github.iocp4j.device.AlertableThread} is for
 * programs with alertable waits of their own.
 *
 * <p>The module {@code io.github.iocp4j.monitoring} shows the {@linkplain io.github.iocp4j.PortSnapshot snapshots} of a
 * port to other programs.
 */
package io.github.iocp4j;

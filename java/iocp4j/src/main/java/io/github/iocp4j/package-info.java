/**
 * The Windows I/O completion port for Java.
 *
 * <p>This page teaches the model in ten minutes. Whoever knows {@code OVERLAPPED} and
 * {@code GetQueuedCompletionStatusEx} will find old friends, and may begin with <a href="#buffers">who owns a
 * buffer</a>.
 *
 * <h2 id="model">Port, device, operation, completion</h2>
 *
 * <p>A {@linkplain io.github.iocp4j.Device device} is an open handle that is registered with a
 * {@linkplain io.github.iocp4j.CompletionPort port}: a {@linkplain io.github.iocp4j.NamedPipe pipe}, a
 * {@linkplain io.github.iocp4j.StreamSocket socket}, a {@linkplain io.github.iocp4j.OverlappedFile file}, a
 * {@linkplain io.github.iocp4j.DirectoryWatch directory}. On a device one starts <em>operations</em>, such as a read.
 * The call does not wait. It either throws, and then nothing follows; or it is accepted, and then <b>exactly one
 * completion</b> follows, come what may: success, failure, cancellation, or the end of the device. Each
 * {@linkplain io.github.iocp4j.Completion completion} arrives at the port's one
 * {@linkplain io.github.iocp4j.CompletionListener listener}, on the threads of the port, its <em>workers</em>.
 *
 * <p>So a program has two parts: it opens a port and devices, and keeps them open for as long as it likes;
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
 * <p>and its listener is a small state machine, in which each completion starts the next operation. This one sends back
 * what it is sent:
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
 *                 pipe.write(bufferOf(pipe), 0, completion.bytes(), 0);
 *                 break;
 *             default:
 *                 pipe.read(bufferOf(pipe), 0);
 *         }
 *     }
 * }</pre>
 *
 * <p>A completion tells {@linkplain io.github.iocp4j.Completion#opcode what} is over, on which
 * {@linkplain io.github.iocp4j.Completion#device device}, with which
 * {@linkplain io.github.iocp4j.Completion#status status} and how many
 * {@linkplain io.github.iocp4j.Completion#bytes bytes}; and it gives back the
 * {@linkplain io.github.iocp4j.Completion#token token}, any number that was passed when the operation was started.
 * What belongs to a connection is {@linkplain io.github.iocp4j.Device#attach attached} to its device, what belongs to
 * an operation is found by its token.
 *
 * <h2 id="batches">Batches</h2>
 *
 * <p>A worker dequeues as many completions as there are, up to its share of the port's ceiling, and hands them to Java
 * with one call, in which the listener is called for each. A completion is read in place, from native memory: its
 * accessors make no objects, and it is valid on that thread and during the listener's call only. Copy the numbers that
 * you need later.
 *
 * <p>A program that has something to do once per batch, such as to flush what it has written, opens its port with a
 * {@link io.github.iocp4j.BatchListener} ({@link io.github.iocp4j.CompletionPort#batchBuilder}).
 *
 * <p>In the other direction a {@link io.github.iocp4j.SubmissionBatch} starts several operations with one call.
 *
 * <h2 id="buffers">Buffers</h2>
 *
 * <p>A buffer must be direct, and <b>belongs to the kernel</b> from the call that starts the operation to its
 * completion. Its address does not move, and it is not collected meanwhile, even if the program drops it. Position and
 * limit are read at the start, never changed, and yours again at once. The content is not: do not read, write or start
 * another operation there before the completion has come. Take one buffer for each operation in flight, or parts of one
 * {@link io.github.iocp4j.RegisteredBuffer}, whose address is asked for once.
 *
 * <p><b>Backpressure</b> is the program's own, and simple: who starts the next read only when the answer to the last
 * one has been written, never holds more than one buffer for a client, however fast it sends. The operations in flight
 * on a port have a {@linkplain io.github.iocp4j.CompletionPort.Builder#operations ceiling}; beyond it an operation is
 * refused with {@link io.github.iocp4j.OperationLimitException}, and may be tried again after a completion.
 *
 * <h2 id="threads">Threads</h2>
 *
 * <ul>
 * <li>All methods of ports and devices may be called from any thread, those of a batch from its own only.
 * <li>Workers call the listener several at once. While a device has one operation in
 *     flight, its completions are never told at the same time, and what is attached to it needs no lock. Let the call
 *     that starts the next operation be the last that a completion does: another worker may have the next completion
 *     before that call returns.
 * <li>Where several operations are in flight, their completions are told in any order, by several workers at once.
 * <li>A listener may block; another worker then takes over, up to the size of the pool.
 * <li>What a listener throws concerns the completion that it was called for, and no other. It goes to the
 *     {@linkplain io.github.iocp4j.CompletionPort.Builder#exceptionHandler exception handler}, which learns of which
 *     device, opcode and token it is, and the worker goes on with the next completion. A new connection is closed then.
 * </ul>
 *
 * <p>Where everything is to happen on one thread, as in an event loop, a port is built
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
 * <p>Virtual threads may call all methods but those of an {@link io.github.iocp4j.AlertableThread}. In the midst of a
 * native call a virtual thread is <em>pinned</em>: it keeps its carrier, and other virtual threads cannot run there.
 *
 * <ul>
 * <li>Calls that may wait for long park the virtual thread and do not pin it: closing ports and devices, connecting to
 *     a pipe, flushing, polling, opening what may lie on another machine or behind a slow driver, and the calls on a
 *     file that are over when they return. A daemon thread of the library makes the native call; they are named
 *     {@code iocp4j-blocking-0} and so on, and there is one for each call that waits. An interrupt ends only the
 *     wait for a busy pipe; the thread is still interrupted afterwards.
 * <li>All other calls are short and pin for their length: starting and cancelling operations, posting, waking,
 *     snapshots, opening ports, servers and sockets. Starting takes the time of the transfer where Windows carries it
 *     out at once, as it may for cached and compressed files and for writes that extend a file.
 * <li>The first port of a process loads the library. That is file I/O, which pins as all file I/O of the JDK does;
 *     threads that need the library meanwhile park.
 * <li>Workers are platform threads, and so the listener runs on a virtual thread only where one polls.
 * <li>With {@link io.github.iocp4j.Mechanism#EVENT} and {@link io.github.iocp4j.Mechanism#HANDLE} an operation ends
 *     with the thread that has started it. A virtual thread's operations belong to its carrier, which may end when it
 *     is idle. Start them on platform threads.
 * </ul>
 *
 * <p>Nothing else depends on the kind of thread: batches, pollers and submission batches belong to one thread at a
 * time, virtual or not, whatever its carrier; the context class loader is that of the thread that opened the port.
 *
 * <h2 id="cancelling">Cancelling and deadlines</h2>
 *
 * <p>The id that a starting method returns serves to {@linkplain io.github.iocp4j.Device#cancel cancel} the operation;
 * too late or twice does no harm. A starting method with a parameter {@code timeoutMillis} gives its operation a
 * deadline. In both cases the completion follows as ever, and its status tells who has ended it:
 * {@link io.github.iocp4j.Win32Error#OPERATION_ABORTED} for a cancel, {@link io.github.iocp4j.Win32Error#TIMEOUT} for a
 * deadline, {@link io.github.iocp4j.Win32Error#HANDLES_CLOSED} for a device that was closed under it.
 *
 * <h2 id="closing">Closing</h2>
 *
 * <p>{@link io.github.iocp4j.Device#close() Device.close} refuses new operations, cancels those in flight, lets each
 * complete to the listener, and closes the handle when the last has been told of. It waits for that, except on a
 * worker, which would wait for itself; {@link io.github.iocp4j.Device#closeAsync} tells when it is done. Closing a port
 * closes its devices first. A new connection belongs to the listener that is told of it, which has to close it some
 * day, at the latest when the peer has gone.
 *
 * <h2 id="errors">Errors</h2>
 *
 * <p>What may not be asked is an exception of the call: {@link java.lang.IllegalArgumentException},
 * {@link java.lang.IndexOutOfBoundsException}, {@link io.github.iocp4j.DeviceClosedException},
 * {@link io.github.iocp4j.PortClosedException}, {@link io.github.iocp4j.OperationLimitException}. What Windows refuses
 * is a status, even when it refuses at once, and there is one place to handle it: the listener. Codes are those of
 * Windows, named by {@link io.github.iocp4j.Win32Error};
 * {@link io.github.iocp4j.Completion#error Completion.error} makes an exception of one. Calls
 * that are over when they return, such as opening a device, throw {@link io.github.iocp4j.Win32Exception} instead. When
 * the DLL cannot be loaded, as on any other system, {@link io.github.iocp4j.NativeLibraryError} says what was tried.
 *
 * <h2 id="inline">When less is more: inline completions</h2>
 *
 * <p>A device that is told to {@linkplain io.github.iocp4j.Device#completeInline complete inline} does without a
 * completion where a transfer succeeds at once: the starting method then returns the number of bytes, which
 * {@link io.github.iocp4j.InlineCompletion} tells from an id. Nothing else changes.
 *
 * <h2 id="mechanisms">Mechanisms</h2>
 *
 * <p>By default the kernel queues a packet on the port for each operation. For handles that cannot be bound to one, a
 * port can learn of the end of its operations by APC, by event or by the handle itself
 * ({@link io.github.iocp4j.Mechanism}); listener, batches and promises are the same. An
 * {@link io.github.iocp4j.AlertableThread} is for programs that wait alertably by themselves.
 *
 * <p>The package {@link io.github.iocp4j.monitoring} looks into a port from outside its program.
 */
package io.github.iocp4j;

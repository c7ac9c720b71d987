package io.github.iocp4j;

import io.github.iocp4j.socket.SocketServer;

/**
 * How Windows notifies a port of completed operations: one of the four notification mechanisms of overlapped I/O. The
 * listener, the records and the guarantees are the same for all of them. Except for {@link #COMPLETION_PORT}, Windows
 * notifies a thread of the library, which then posts the packet that the kernel would have queued. Servers and
 * connections use the mechanism of their port.
 */
public enum Mechanism {
    /**
     * The kernel queues a packet to the completion port that the handle is bound to. This is the fastest mechanism, and
     * the default.
     */
    COMPLETION_PORT,
    /**
     * The kernel runs a completion routine, as an APC, on the thread that has started the operation
     * ({@code ReadFileEx}, {@code WriteFileEx}; {@code WSARecv} and {@code WSASend} with a completion routine). That
     * thread must be in an alertable wait; therefore each port has a thread that starts the operations and waits
     * alertably. Operations whose Win32 call has no completion routine use an event. Transfers do not complete inline.
     * The method that starts an operation waits until that thread has started it; this wait is short and pins the
     * carrier of a virtual thread.
     */
    APC,
    /**
     * The kernel sets a manual-reset event for each operation, and the thread pool of the process waits for the events.
     * The number of operations is not limited. When a thread ends, Windows aborts the pending operations that it has
     * started ({@link Win32Error#OPERATION_ABORTED}); with the two mechanisms above it does not. Therefore start
     * operations on threads that live longer than these. A virtual thread is not enough, because its carrier may end
     * earlier.
     */
    EVENT,
    /**
     * The kernel signals the handle itself. The signal does not identify the operation, so each device can have only
     * one operation in flight: a second one is refused with {@link IllegalStateException}. A {@link SocketServer},
     * which has several accepts in flight, uses events. As with {@link #EVENT}, a thread must live longer than its
     * operations.
     */
    HANDLE
}

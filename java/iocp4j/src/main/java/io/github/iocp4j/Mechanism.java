package io.github.iocp4j;

import io.github.iocp4j.socket.SocketServer;

/**
 * How Windows notifies a port of completed operations: one of the four notification mechanisms of overlapped I/O. All
 * of them deliver to the same listener, with the same records and the same guarantees: in the other modes a thread of
 * the library is notified and posts the packet that the kernel would have queued. Servers and connections have the
 * mechanism of their port.
 */
public enum Mechanism {
    /** The kernel queues a packet to the completion port that the handle is bound to: the fastest, and the default. */
    COMPLETION_PORT,
    /**
     * The kernel runs a completion routine, as an APC, on the thread that has started the operation
     * ({@code ReadFileEx}, {@code WriteFileEx}; {@code WSARecv} and {@code WSASend} with one). That thread must be in
     * an alertable wait; therefore each port has a thread for this purpose, which starts the operations. Operations
     * whose Win32 call takes no completion routine use an event. Transfers never complete inline. The call that starts
     * an operation waits until that thread has started it, which is short, and pins the carrier of a virtual thread.
     */
    APC,
    /**
     * The kernel sets a manual-reset event, one for each operation; the process's thread pool waits for the events. The
     * number of operations is not limited. When a thread ends, Windows aborts the pending operations that it has
     * started ({@link Win32Error#OPERATION_ABORTED}), which it does not with the two mechanisms above: start operations
     * on threads that outlive them. The carrier of a virtual thread may end earlier.
     */
    EVENT,
    /**
     * The kernel signals the handle itself. The signal does not identify the operation, so each device can have only
     * one in flight: a second one is refused with {@link IllegalStateException}. A {@link SocketServer}, which has
     * several accepts in flight, uses events. As with events, threads must outlive their operations.
     */
    HANDLE
}

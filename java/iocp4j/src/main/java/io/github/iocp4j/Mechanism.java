package io.github.iocp4j;

/**
 * How a port learns that an operation is over: the four ways in which Windows tells of the end of overlapped I/O. All
 * of them end at the same listener, with the same records and the same promises, because whoever is told posts to the
 * port what the kernel would have queued. Servers and connections have the mechanism of their port.
 */
public enum Mechanism {
    /** The kernel queues a packet to the completion port that the handle is bound to: the fastest, and the default. */
    COMPLETION_PORT,
    /**
     * The kernel runs a completion routine, as an APC, on the thread that has started the operation
     * ({@code ReadFileEx}, {@code WriteFileEx}; {@code WSARecv} and {@code WSASend} with one). That thread must be
     * in an alertable wait, so that each port has one which does nothing else, and has operations started there. Those
     * whose Win32 call takes no routine have an event instead. Transfers never complete inline. The call that starts an
     * operation waits until that thread has done so, which is short, and pins the carrier of a virtual thread.
     */
    APC,
    /**
     * The kernel sets a manual-reset event, one of each operation, which the thread pool of the process waits for: any
     * number of operations, each of which tells for itself. When a thread ends, Windows aborts what it has started and
     * is not over ({@link Win32Error#OPERATION_ABORTED}), as it does not by the two ways above: start operations on
     * threads that stay. The carrier of a virtual thread may not.
     */
    EVENT,
    /**
     * The kernel signals the handle itself. It does not say which operation is over, so that there can be one at a time
     * on each device: another one is refused with {@link IllegalStateException}. A {@link SocketServer}, which has
     * several accepts in flight, has events instead. Threads should stay here, too.
     */
    HANDLE
}

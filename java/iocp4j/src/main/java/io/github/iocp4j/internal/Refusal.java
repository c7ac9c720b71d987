package io.github.iocp4j.internal;

/**
 * The exceptions for {@link EngineError}. The JVM loads this class, and those of the exceptions with it, at the first
 * refusal. In {@link EngineError} they would be loaded at each start.
 */
final class Refusal {
    private Refusal() {
    }

    /** The exception for the caller; subject is the device or port of the call. */
    static RuntimeException of(final EngineError error, final Object subject) {
        switch (error) {
            case DEVICE_CLOSED:
                return PortAccess.get().deviceClosed(subject + " is closed: it takes no more operations");
            case PORT_CLOSED:
                return PortAccess.get().portClosed(subject + " is closed: open another port");
            case OPERATION_LIMIT:
                return PortAccess.get().operationLimit("The port's ceiling of operations in flight is reached: wait"
                        + " for a completion, or raise CompletionPort.Builder.operations (" + subject + ")");
            case DEVICE_LIMIT:
                return new IllegalStateException("This process has as many devices, ports, pollers or registered"
                        + " buffers open as iocp4j can hold (" + subject + "): close some");
            case BAD_BUFFER:
                return new IllegalArgumentException("Native code cannot get the address of that part of the buffer ("
                        + subject + ")");
            case OUT_OF_MEMORY:
                return new IllegalStateException("Out of native memory or threads (" + subject + ")");
            case WRONG_DEVICE:
                return new UnsupportedOperationException(subject + " does not support this operation");
            case POLLER_CLOSED:
                return new IllegalStateException(subject + " is closed: open another poller");
            case POLLER_BUSY:
                return new IllegalStateException(subject + " is in use: a poller is for one thread at a time, and not"
                        + " for the listener that it calls; open one for each thread");
            case HAS_WORKERS:
                return new IllegalStateException(subject + " has workers, which drain it: only a port built with"
                        + " polled() can be polled");
            case HANDLE_BUSY:
                return new IllegalStateException(subject + " has an operation in flight. Its port uses"
                        + " Mechanism.HANDLE, in which a handle can signal the end of one operation at a time: wait"
                        + " for its completion, or use another Mechanism");
            case BAD_OBJECT:
                return new IllegalStateException("An object to wait for is closed (" + subject + "): open it again");
            case MUTEX:
                return new IllegalArgumentException("The thread that has waited for a mutex owns it, and a port has"
                        + " no thread to own it (" + subject + "): wait for it in an AlertableThread");
            case PORT_LOST:
                return PortAccess.get().portLost("Nothing can be started on " + subject + ": other code has closed"
                        + " the handle of its port's kernel object. Close the port and open another one");
            default:
                throw new AssertionError(error);
        }
    }
}

package io.github.iocp4j;

/**
 * An operation was refused because the port's {@linkplain CompletionPort.Builder#operations ceiling} of operations in
 * flight is reached. Nothing was submitted; the next completion makes room for another operation.
 */
public final class OperationLimitException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    OperationLimitException(final String message) {
        super(message);
    }
}

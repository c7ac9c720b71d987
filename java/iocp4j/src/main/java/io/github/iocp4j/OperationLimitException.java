package io.github.iocp4j;

/**
 * The port's {@linkplain CompletionPort.Builder#operations ceiling} of operations in flight is reached. No operation
 * was started; try again after a completion.
 */
public final class OperationLimitException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    OperationLimitException(final String message) {
        super(message);
    }
}

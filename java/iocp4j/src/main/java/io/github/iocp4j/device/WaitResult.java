package io.github.iocp4j.device;

import io.github.iocp4j.CompletionPort;

/**
 * The result of a wait of an {@link AlertableThread}.
 */
public final class WaitResult {
    private final Kind kind;
    private final int index;

    WaitResult(final Kind kind, final int index) {
        this.kind = kind;
        this.index = index;
    }

    /**
     * The reason for which a wait has ended. The first constants have the order of the native enum WaitOutcome::Kind.
     */
    public enum Kind {
        /** The object at {@link WaitResult#index} is signalled, or all objects are signalled. */
        SIGNALLED,
        /**
         * A mutex was acquired whose owner has ended without releasing it: the data that the mutex protects may be
         * inconsistent.
         */
        ABANDONED,
        /** All queued APCs have run on this thread. */
        APC,
        /** This thread's message queue has input. */
        MESSAGE,
        /** The timeout has passed. */
        TIMEOUT,
        /** Completions were delivered to the listener; {@link WaitResult#index} is their number. */
        COMPLETIONS,
        /** Another thread has called {@link CompletionPort#wakeUp}. */
        WAKE_UP
    }

    /**
     * The reason for which the wait has ended.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The index of the signalled or abandoned object, the first if there are several; for {@link Kind#COMPLETIONS} the
     * number of completions.
     *
     * @return at least 0; 0 for other kinds
     */
    public int index() {
        return index;
    }

    @Override
    public String toString() {
        switch (kind) {
            case SIGNALLED:
            case ABANDONED:
            case COMPLETIONS:
                return kind + " " + index;
            default:
                return kind.toString();
        }
    }
}

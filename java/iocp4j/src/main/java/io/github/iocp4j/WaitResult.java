package io.github.iocp4j;

/**
 * How a wait of an {@link AlertableThread} came out.
 */
public final class WaitResult {
    private final Kind kind;
    private final int index;

    WaitResult(final Kind kind, final int index) {
        this.kind = kind;
        this.index = index;
    }

    /** What has ended the wait. The first of them have the order of the native enum WaitOutcome::Kind. */
    public enum Kind {
        /** An object is signalled, the one that {@link WaitResult#index} tells, or all of them. */
        SIGNALLED,
        /** The same, of a mutex whose owner has ended without giving it back: what it protects may be half done. */
        ABANDONED,
        /** APCs have run on this thread: all that were queued. */
        APC,
        /** There is input in this thread's message queue. */
        MESSAGE,
        /** The time was up. */
        TIMEOUT,
        /** Completions have come and the listener has been told of them: {@link WaitResult#index} is how many. */
        COMPLETIONS,
        /** Somebody has called {@link CompletionPort#wakeUp}. */
        WAKE_UP
    }

    /**
     * What has ended the wait.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Which object was signalled or abandoned, the first in order where there were several; for
     * {@link Kind#COMPLETIONS} how many have come.
     *
     * @return at least 0; 0 where there is nothing to tell
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

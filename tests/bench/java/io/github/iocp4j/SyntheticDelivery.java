package io.github.iocp4j;

/** Completions without a kernel, delivered by the native code of the library. For benchmarks. */
public final class SyntheticDelivery {
    private final long delivery;

    private SyntheticDelivery(final long delivery) {
        this.delivery = delivery;
    }

    /**
     * Delivers to a listener in Java.
     *
     * @param listener receives the completions, one at a time
     * @param batch the number of completions in a batch
     * @return an object for this thread only
     * @throws Win32Exception when no port can be opened
     */
    public static SyntheticDelivery toJava(final CompletionListener listener, final int batch) throws Win32Exception {
        return toJava(listener, null, batch);
    }

    /**
     * Delivers to a batch listener in Java.
     *
     * @param listener receives the completions
     * @param batch the number of completions in a batch
     * @return an object for this thread only
     * @throws Win32Exception when no port can be opened
     */
    public static SyntheticDelivery toJavaInBatches(final BatchListener listener, final int batch)
            throws Win32Exception {
        return toJava(null, listener, batch);
    }

    private static SyntheticDelivery toJava(
            final CompletionListener listener, final BatchListener batchListener, final int batch)
            throws Win32Exception {
        // Batches belong to a port; no packet comes through this one.
        final CompletionPort port = CompletionPort.open(completion -> { });
        return new SyntheticDelivery(
                openJava(new CompletionDispatcher(port, listener, batchListener, (completion, thrown) -> {
                    throw new AssertionError(thrown);
                }), batch));
    }

    /**
     * Delivers to a listener in C++.
     *
     * @param batch the number of completions in a batch
     * @return an object for this thread only
     */
    public static SyntheticDelivery toNative(final int batch) {
        return new SyntheticDelivery(openNative(batch));
    }

    /**
     * Delivers in a loop in native code.
     *
     * @param batches how many batches
     */
    public void deliver(final int batches) {
        deliver(delivery, batches);
    }

    private static native long openJava(CompletionDispatcher dispatcher, int batch);

    private static native long openNative(int batch);

    private static native void deliver(long delivery, int batches);
}

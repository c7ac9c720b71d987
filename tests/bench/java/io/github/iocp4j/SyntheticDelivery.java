package io.github.iocp4j;

/** Completions that no kernel has made, handed over by the library's own native code. For benchmarks. */
public final class SyntheticDelivery {
    private final long delivery;

    private SyntheticDelivery(final long delivery) {
        this.delivery = delivery;
    }

    /**
     * Delivers to a listener in Java.
     *
     * @param listener receives the completions, one at a time
     * @param batch how many come together
     * @return to be used on this thread only
     * @throws Win32Exception when no port can be opened
     */
    public static SyntheticDelivery toJava(final CompletionListener listener, final int batch) throws Win32Exception {
        return toJava(listener, null, batch);
    }

    /**
     * Delivers to a listener in Java that takes batches.
     *
     * @param listener receives the completions
     * @param batch how many at a time
     * @return to be used on this thread only
     * @throws Win32Exception when no port can be opened
     */
    public static SyntheticDelivery toJavaInBatches(final BatchListener listener, final int batch)
            throws Win32Exception {
        return toJava(null, listener, batch);
    }

    private static SyntheticDelivery toJava(
            final CompletionListener listener, final BatchListener batchListener, final int batch)
            throws Win32Exception {
        // Batches belong to a port, though nothing comes through this one.
        final CompletionPort port = CompletionPort.open(completion -> { });
        return new SyntheticDelivery(
                openJava(new CompletionDispatcher(port, listener, batchListener, (completion, thrown) -> {
                    throw new AssertionError(thrown);
                }), batch));
    }

    /**
     * Delivers to a listener in C++.
     *
     * @param batch how many at a time
     * @return to be used on this thread only
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

package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPort;

/** Opens the first port of a new JVM. Prints the nanoseconds that this takes. */
final class FirstPort implements CompletionListener {
    private FirstPort() {
    }

    /**
     * Opens a port.
     *
     * @param args none
     * @throws Exception when it cannot be opened
     */
    public static void main(final String[] args) throws Exception {
        final long begin = System.nanoTime();
        final CompletionPort port = CompletionPort.open(new FirstPort());
        System.out.println(System.nanoTime() - begin);
        port.close();
    }

    @Override
    public void onCompletion(final Completion completion) {
        // There is none.
    }
}

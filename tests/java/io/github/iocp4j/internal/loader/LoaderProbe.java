package io.github.iocp4j.internal.loader;

import io.github.iocp4j.CompletionPort;
import java.util.concurrent.CountDownLatch;

/** A program that uses the library once: what a test starts when it wants a JVM that has not loaded it yet. */
final class LoaderProbe {
    private LoaderProbe() {
    }

    /**
     * Opens a port, sends a packet through it and says so; stays until its input ends.
     *
     * @param args none
     * @throws Exception when that does not work
     */
    public static void main(final String[] args) throws Exception {
        final CountDownLatch delivered = new CountDownLatch(1);
        try (CompletionPort port = CompletionPort.open(completion -> delivered.countDown())) {
            port.post(0, 0, 0);
            delivered.await();
        }
        System.out.println("delivered");
        System.in.readAllBytes();
    }
}

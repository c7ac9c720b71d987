package io.github.iocp4j.jvm;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPort;

/** A program that opens a port first of all. It uses no lambda, so that all the classes are those that a port needs. */
final class FirstPort implements CompletionListener {
    private FirstPort() {
    }

    public static void main(final String[] args) throws Exception {
        final CompletionListener listener = new FirstPort();
        new Before();
        final CompletionPort port = CompletionPort.open(listener);
        new After();
        port.close();
    }

    @Override
    public void onCompletion(final Completion completion) {
        // There is none.
    }

    /** The JVM loads it, and logs that, before the port is opened. */
    private static final class Before {
    }

    /** The same after that. */
    private static final class After {
    }
}

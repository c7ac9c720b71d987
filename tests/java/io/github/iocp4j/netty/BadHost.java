package io.github.iocp4j.netty;

import io.github.iocp4j.fixtures.FullBacklog;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The address that Netty's own tests connect to in vain. By default it is one of the internet, which a network may
 * answer. Netty looks for the name once, when the first permutation of any of its tests is loaded.
 */
final class BadHost {
    /** Until the JVM ends, because every later test of Netty uses it. */
    private static final FullBacklog UNANSWERING = open();

    private BadHost() {
    }

    static void name() {
        System.setProperty("io.netty.testsuite.badHost", UNANSWERING.address().getHostString());
        System.setProperty("io.netty.testsuite.badPort", String.valueOf(UNANSWERING.address().getPort()));
    }

    private static FullBacklog open() {
        try {
            return new FullBacklog();
        } catch (final IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }
}

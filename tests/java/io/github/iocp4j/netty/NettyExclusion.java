package io.github.iocp4j.netty;

import static java.util.stream.Collectors.joining;

import java.util.List;

/** A method of one of Netty's test classes that does not run with some pairs of transports. */
final class NettyExclusion {
    private final Class<?> tests;
    private final String method;
    private final List<Ends> pairs;
    private final String reason;

    NettyExclusion(final Class<?> tests, final String method, final List<Ends> pairs, final String reason) {
        this.tests = tests;
        this.method = method;
        this.pairs = pairs;
        this.reason = reason;
    }

    boolean isFrom(final Class<?> candidate) {
        return candidate == tests;
    }

    boolean concerns(final Ends ends) {
        return pairs.contains(ends);
    }

    String method() {
        return method;
    }

    String reason() {
        return reason;
    }

    @Override
    public String toString() {
        return '`' + tests.getSuperclass().getSimpleName() + '.' + method + "`, "
                + pairs.stream().map(Ends::toString).collect(joining(", ")) + ":\n  " + reason + '.';
    }
}

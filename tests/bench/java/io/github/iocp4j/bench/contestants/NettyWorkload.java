package io.github.iocp4j.bench.contestants;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A server on a transport of Netty. */
interface NettyWorkload extends Workload {
    /** Where its channel is bound. */
    SocketAddress bound();

    @Override
    default String address() {
        return String.valueOf(((InetSocketAddress) bound()).getPort());
    }

    @Override
    default long upcalls() {
        return CountingIoHandler.batches();
    }

    @Override
    default long completions() {
        return CountingIoHandler.completions();
    }
}

/**
 * A transport for Netty 4.2 over completion ports.
 */
module io.github.iocp4j.netty {
    requires transitive io.github.iocp4j;
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;

    exports io.github.iocp4j.netty;
}

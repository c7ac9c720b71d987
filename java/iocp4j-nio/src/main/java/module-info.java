/**
 * Asynchronous channels of {@code java.nio.channels}; streams and sockets of {@code java.io} and {@code java.net} over
 * named pipes and all other stream devices of iocp4j; operations as futures.
 */
module io.github.iocp4j.nio {
    requires transitive io.github.iocp4j;

    exports io.github.iocp4j.nio;
}

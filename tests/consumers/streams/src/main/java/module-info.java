/** A program with sockets over a pipe, futures and a file channel, as a module. */
module com.example.streamed {
    requires io.github.iocp4j.nio;

    exports com.example.streamed;
}

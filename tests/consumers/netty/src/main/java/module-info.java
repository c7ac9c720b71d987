/** A program with Netty's channels over TCP and a named pipe, as a module. */
module com.example.echoed {
    requires io.github.iocp4j.netty;

    exports com.example.echoed;
}

/** A program that serves gRPC over a named pipe, as a module. */
module com.example.served {
    requires io.github.iocp4j.netty;
    requires io.grpc;
    requires io.grpc.netty;
    requires io.grpc.stub;

    exports com.example.served;
}

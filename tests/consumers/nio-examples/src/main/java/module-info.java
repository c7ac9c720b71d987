/** The examples of iocp4j-nio and a program that runs them, as a module. */
module com.example.shown {
    requires com.github.dockerjava.api;
    requires com.github.dockerjava.core;
    requires com.github.dockerjava.transport;
    requires io.github.iocp4j.nio;
    requires org.apache.httpcomponents.core5.httpcore5;
    requires org.eclipse.lsp4j.jsonrpc;

    exports com.example.shown;
    // LSP4J calls the services.
    exports io.github.iocp4j.examples;
}

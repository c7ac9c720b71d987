/**
 * The Windows I/O completion port for Java: devices, overlapped operations and batches of completions.
 */
@SuppressWarnings("module") // The modules that are built on this one are not there when it is compiled.
module io.github.iocp4j {
    exports io.github.iocp4j;
    exports io.github.iocp4j.device;
    exports io.github.iocp4j.file;
    exports io.github.iocp4j.pipe;
    exports io.github.iocp4j.socket;
    exports io.github.iocp4j.internal.raw to io.github.iocp4j.netty, io.github.iocp4j.nio;
    exports io.github.iocp4j.internal.snapshot to io.github.iocp4j.monitoring;
}

/**
 * The Windows I/O completion port for Java: devices, overlapped operations and batches of completions.
 */
module io.github.iocp4j {
    requires static java.management;
    requires static jdk.jfr;

    exports io.github.iocp4j;
    exports io.github.iocp4j.monitoring;
}

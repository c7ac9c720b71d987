/**
 * Shows a port's figures outside its program: as an MXBean, as events of JDK Flight Recorder, or on a named pipe.
 */
module io.github.iocp4j.monitoring {
    requires transitive io.github.iocp4j;
    requires static java.management;
    requires static jdk.jfr;

    exports io.github.iocp4j.monitoring;
}

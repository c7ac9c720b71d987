/** A program that is monitored, as a module. */
module com.example.monitored {
    requires io.github.iocp4j.monitoring;
    requires java.management;

    exports com.example.monitored;
}

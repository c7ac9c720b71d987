/** The program of the class path, as a module. */
module com.example.talk {
    requires io.github.iocp4j;

    exports com.example.talk;
}

package io.github.iocp4j.tools.syelog;

/** The part of the system that a message comes from. */
enum Facility implements Coded {
    KERNEL(0x10),
    SECURITY(0x20),
    LOGGING(0x30),
    SERVICE(0x40),
    APPLICATION(0x50),
    USER(0x60),
    LOCAL0(0x70),
    LOCAL1(0x71),
    LOCAL2(0x72),
    LOCAL3(0x73),
    LOCAL4(0x74),
    LOCAL5(0x75),
    LOCAL6(0x76),
    LOCAL7(0x77),
    LOCAL8(0x78),
    LOCAL9(0x79);

    private final int code;

    Facility(final int code) {
        this.code = code;
    }

    @Override
    public int code() {
        return code;
    }
}

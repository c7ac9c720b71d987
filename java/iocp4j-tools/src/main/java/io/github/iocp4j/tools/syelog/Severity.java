package io.github.iocp4j.tools.syelog;

/** The severity of a message. */
enum Severity implements Coded {
    FATAL(0x00),
    ALERT(0x10),
    CRITICAL(0x20),
    ERROR(0x30),
    WARNING(0x40),
    NOTICE(0x50),
    INFORMATION(0x60),
    AUDIT_FAIL(0x66),
    AUDIT_PASS(0x67),
    DEBUG(0x70);

    private final int code;

    Severity(final int code) {
        this.code = code;
    }

    @Override
    public int code() {
        return code;
    }
}

package io.github.iocp4j.tools.syelog;

/** Writes messages as lines of a file, one at a time, from any thread. */
final class SyelogLog {
    private final LogLine line;
    private final LogFile file;

    SyelogLog(final TimeColumn time, final LogFile file) {
        this.line = new LogLine(time);
        this.file = file;
    }

    synchronized void message(final SyelogMessage message) {
        line.message(message, FileTimes.now());
        file.append(line);
    }

    /** Writes a line of the daemon itself. */
    synchronized void notice(final Severity severity, final String text) {
        line.notice(severity, text, FileTimes.now());
        file.append(line);
    }
}

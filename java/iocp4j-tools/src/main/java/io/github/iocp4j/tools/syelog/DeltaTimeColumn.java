package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.tools.terminal.Digits;

/** Milliseconds since the line before, at least 7 wide; negative when a client's clock is behind another's. */
final class DeltaTimeColumn implements TimeColumn {
    private static final int WIDTH = 7;

    private long previous;

    /** The first line's time counts from the given time. */
    DeltaTimeColumn(final long start) {
        previous = start;
    }

    @Override
    public int put(final long fileTime, final byte[] into, final int at) {
        final long delta = FileTimes.millisBetween(previous, fileTime);
        previous = fileTime;
        return Digits.put(delta, WIDTH, ' ', into, at);
    }
}

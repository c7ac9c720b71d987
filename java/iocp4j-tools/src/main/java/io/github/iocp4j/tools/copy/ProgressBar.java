package io.github.iocp4j.tools.copy;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Shows the progress of the copy on a terminal, in one line that it overwrites. */
final class ProgressBar implements AutoCloseable {
    private static final int PERIOD_MILLIS = 200;
    private static final int BAR = 20;
    private static final int LINE = 79;

    private final Progress progress;
    private final Amount amount;
    private final PrintStream terminal;
    private final long started = System.nanoTime();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        final Thread thread = new Thread(task, "progress");
        thread.setDaemon(true);
        return thread;
    });

    ProgressBar(final Progress progress, final Amount amount, final PrintStream terminal) {
        this.progress = progress;
        this.amount = amount;
        this.terminal = terminal;
        clock.scheduleAtFixedRate(this::show, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Shows the final state. */
    @Override
    public void close() {
        clock.shutdownNow();
        try {
            clock.awaitTermination(1, TimeUnit.SECONDS);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        show();
        terminal.println();
    }

    private void show() {
        final double seconds = (System.nanoTime() - started) / 1e9;
        final String text = line(progress.bytes(), amount.bytes, progress.files(), amount.files, seconds);
        // One write over the whole previous line; then return, so that a message does not begin in the middle.
        terminal.print(String.format("%-" + LINE + "s", text) + '\r');
        terminal.flush();
    }

    /** The line, which fits the width of a terminal. */
    static String line(
            final long bytes, final long ofBytes, final long files, final long ofFiles, final double seconds) {
        // By bytes; a file may grow during the copy, and all files may be empty.
        final double part = ofBytes > 0 ? Math.min(1, (double) bytes / ofBytes)
                : ofFiles > 0 ? (double) files / ofFiles : 1;
        final int filled = (int) (part * BAR);
        final StringBuilder text = new StringBuilder()
                .append(String.format(Locale.ROOT, "%3d %% [", (int) (part * 100)))
                .append("=".repeat(filled)).append(" ".repeat(BAR - filled)).append("] ")
                .append(ByteSize.text(bytes)).append(" of ").append(ByteSize.text(ofBytes));
        if (ofFiles > 1) {
            text.append(", ").append(files).append(" files");
        }
        text.append(", ").append(ByteSize.text(seconds > 0 ? bytes / seconds : 0)).append("/s");
        if (files < ofFiles && part == 1) {
            text.append(", finishing");
        } else if (files < ofFiles && bytes > 0) {
            text.append(", ").append(time(seconds * (1 - part) / part)).append(" left");
        } else if (files >= ofFiles) {
            text.append(" in ").append(time(seconds));
        }
        return text.length() > LINE ? text.substring(0, LINE) : text.toString();
    }

    private static String time(final double seconds) {
        final long whole = Math.round(seconds);
        return whole < 3600 ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }
}

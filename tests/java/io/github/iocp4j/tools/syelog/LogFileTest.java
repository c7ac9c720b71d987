package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LogFileTest {
    private final ByteArrayOutputStream complaints = new ByteArrayOutputStream();
    private final LogLine line = new LogLine(new DeltaTimeColumn(0));

    @TempDir
    private Path folder;

    @Test
    void leavesTheFileAloneUntilItStarts() throws IOException {
        final Path path = Files.writeString(folder.resolve("log"), "of another daemon\n");
        try (LogFile file = open(path, false)) {
            append(file, "never written");
        }
        assertThat(path).hasContent("of another daemon\n");
    }

    @Test
    void replacesTheFile() throws IOException {
        final Path path = Files.writeString(folder.resolve("log"), "a longer text from before\n");
        try (LogFile file = open(path, false)) {
            file.start();
            append(file, "new");
        }
        assertThat(Files.readString(path)).isEqualTo("      0 ---- --.50: new\n");
    }

    @Test
    void appendsToTheFile() throws IOException {
        final Path path = Files.writeString(folder.resolve("log"), "before\n");
        try (LogFile file = open(path, true)) {
            file.start();
            append(file, "new");
        }
        assertThat(Files.readString(path)).isEqualTo("before\n      0 ---- --.50: new\n");
    }

    @Test
    void writesBeforeItIsClosed() throws Exception {
        final Path path = folder.resolve("log");
        try (LogFile file = open(path, false)) {
            file.start();
            append(file, "first");
            awaitSize(path, 1);
            append(file, "second");
            awaitSize(path, 2);
        }
    }

    @Test
    void writesMoreThanItsBufferHolds() throws IOException {
        final Path path = folder.resolve("log");
        try (LogFile file = open(path, false)) {
            file.start();
            for (int i = 0; i < 30_000; i++) {
                append(file, "number " + i);
            }
            assertThat(file.linesLost()).isZero();
        }
        assertThat(Files.readAllLines(path)).hasSize(30_000).last().asString().endsWith("number 29999");
    }

    @Test
    void reportsWhyItCannotBeOpened() {
        final Path missing = folder.resolve("missing").resolve("log");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> open(missing, false))
                .withMessageContaining("missing").withMessageEndingWith("there is no such folder");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> open(folder, false))
                .withMessageStartingWith("Cannot write to " + folder + ": ");
    }

    @Test
    void losesNothingWhenTheDiskIsFullForAWhile() throws IOException {
        final FakeDisk disk = new FakeDisk(30);
        final LogFile file = new LogFile(disk, disk, "the disk", false, new PrintStream(complaints));
        file.start();
        append(file, "one");
        append(file, "two");
        disk.awaitFailures(2);
        disk.setRoom(Integer.MAX_VALUE);
        append(file, "three");
        file.close();
        assertThat(file.linesLost()).isZero();
        assertThat(disk.content()).isEqualTo(
                "      0 ---- --.50: one\n      0 ---- --.50: two\n      0 ---- --.50: three\n");
        assertThat(complaints.toString()).containsOnlyOnce("cannot write to the disk; will try again: full");
    }

    @Test
    void keepsWholeLinesOnlyWhenTheDiskStaysFull() throws IOException {
        final FakeDisk disk = new FakeDisk(30);
        final LogFile file = new LogFile(disk, disk, "the disk", false, new PrintStream(complaints));
        file.start();
        append(file, "one");
        append(file, "two");
        append(file, "three");
        disk.awaitFailures(2);
        file.close();
        assertThat(file.linesLost()).isEqualTo(2);
        assertThat(disk.content()).isEqualTo("      0 ---- --.50: one\n");
    }

    @Test
    void holdsABoundedNumberOfLinesWhileTheDiskIsFull() throws IOException {
        final FakeDisk disk = new FakeDisk(0);
        final LogFile file = new LogFile(disk, disk, "the disk", false, new PrintStream(complaints));
        file.start();
        for (int i = 0; i < 30_000; i++) {
            append(file, "number " + i);
        }
        final long lost = file.linesLost();
        assertThat(lost).isBetween(1L, 29_999L);
        disk.setRoom(Integer.MAX_VALUE);
        file.close();
        assertThat(file.linesLost()).isEqualTo(lost);
        assertThat(disk.content().lines()).hasSize((int) (30_000 - lost)).allMatch(text -> text.contains("number "));
    }

    /** An append waits for a slow disk, so that lines neither pile up nor are lost. */
    @Test
    void letsThoseWhoAppendWaitWhileTheDiskIsBusy() throws Exception {
        final SlowDisk disk = new SlowDisk();
        final LogFile file = new LogFile(disk, disk, "the disk", true, new PrintStream(complaints));
        file.start();
        disk.pause();
        append(file, "number 0");
        disk.awaitWriters(1);
        final Thread appending = new Thread(() -> {
            for (int i = 1; i < 30_000; i++) {
                append(file, "number " + i);
            }
        });
        appending.start();
        while (appending.getState() != Thread.State.BLOCKED) {
            // It is about to wait; the test's timeout ends this.
            Thread.sleep(1);
        }

        disk.goOn();
        appending.join();
        file.close();

        assertThat(file.linesLost()).isZero();
        assertThat(disk.content().lines()).hasSize(30_000);
        assertThat(disk.content().lines().skip(29_999)).singleElement().asString().endsWith("number 29999");
        assertThat(complaints.toString()).isEmpty();
    }

    private LogFile open(final Path path, final boolean append) throws IOException {
        return LogFile.open(path, append, new PrintStream(complaints));
    }

    private void append(final LogFile file, final String text) {
        line.notice(Severity.NOTICE, text, 0);
        file.append(line);
    }

    private static void awaitSize(final Path path, final int lines) throws Exception {
        while (Files.readAllLines(path).size() < lines) {
            Thread.sleep(5);
        }
    }

    /** Accepts a number of bytes, then only a part of a write, then nothing. */
    private static final class FakeDisk extends WriteOnlyFile {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private int room;
        private int failures;

        private FakeDisk(final int room) {
            this.room = room;
        }

        @Override
        public synchronized int write(final ByteBuffer source) throws IOException {
            final int count = Math.min(room, source.remaining());
            if (count == 0) {
                failures++;
                notifyAll();
                throw new IOException("full");
            }
            final byte[] bytes = new byte[count];
            source.get(bytes);
            taken.writeBytes(bytes);
            room -= count;
            return count;
        }

        synchronized void setRoom(final int bytes) {
            room = bytes;
        }

        synchronized void awaitFailures(final int count) throws IOException {
            try {
                while (failures < count) {
                    wait();
                }
            } catch (final InterruptedException timeout) {
                throw new IOException(timeout);
            }
        }

        synchronized String content() {
            return taken.toString();
        }

        @Override
        public synchronized long size() {
            return taken.size();
        }

        @Override
        public synchronized SeekableByteChannel truncate(final long size) {
            final byte[] kept = taken.toByteArray();
            taken.reset();
            taken.write(kept, 0, (int) size);
            return this;
        }
    }
}

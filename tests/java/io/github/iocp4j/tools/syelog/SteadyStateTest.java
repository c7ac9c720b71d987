package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A message allocates nothing on the Java heap. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SteadyStateTest {
    private static final long TICKS_PER_SECOND = 10_000_000;

    @TempDir
    private Path folder;

    @Test
    void makingLinesMakesNoObjects() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long self = Thread.currentThread().getId();
        final SyelogMessage message = new SyelogMessage();
        final int length = Messages.line("ident: text größer\n\u001b[1m").bytes().length;
        Messages.line("ident: text größer\n\u001b[1m").receivedBy(message);
        final LogLine line = new LogLine(new LocalTimeColumn(ZoneOffset.UTC));
        makeLines(line, message, length);

        final long before = threads.getThreadAllocatedBytes(self);
        makeLines(line, message, length);
        assertThat(threads.getThreadAllocatedBytes(self) - before).isLessThan(1_000);
    }

    @Test
    void anotherSecondMakesNoObjects() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long self = Thread.currentThread().getId();
        final TimeColumn time = new LocalTimeColumn(ZoneId.of("Europe/Berlin"));
        final byte[] column = new byte[LocalTimeColumn.WIDTH];
        final long noon = Messages.fileTime("2026-11-22T12:00:00Z");
        time.put(noon, column, 0);

        final long before = threads.getThreadAllocatedBytes(self);
        for (int second = 0; second < 10_000; second++) {
            time.put(noon + second * TICKS_PER_SECOND, column, 0);
        }
        assertThat(threads.getThreadAllocatedBytes(self) - before).isLessThan(1_000);
    }

    @Test
    void theDaemonMakesNoObjectsPerMessage() throws Exception {
        try (SyelogdProcess daemon = SyelogdProcess.start(folder, "--stats", "--workers", "1");
                ToolProcess client = Programs.nativeProgram(folder, "syelog_client",
                        List.of("--pipe", daemon.pipe(), "--count", "30000"))) {
            assertThat(client.exitCode()).as(client::errors).isZero();
            assertThat(daemon.leave()).isZero();
            // Not quite zero, because a run may load a class.
            assertThat(daemon.process().figure("heap bytes per message")).isBetween(-1.0, 1.0).isNotEqualTo(-1);
        }
    }

    private static void makeLines(final LogLine line, final SyelogMessage message, final int length) {
        for (int i = 0; i < 10_000; i++) {
            message.receive(length);
            line.message(message, 0);
        }
    }
}

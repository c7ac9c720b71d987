package io.github.iocp4j.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.fixtures.ChildJvm;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    @TempDir
    private static Path folder;

    private final StringWriter errors = new StringWriter();

    @ParameterizedTest
    @CsvSource({
        "2, syelogd, --pipe, \\\\elsewhere\\pipe\\syelog, cannot be the name of a pipe",
        "2, syelogd, --pipe, '', cannot be the name of a pipe",
        "2, syelogd, --workers, 0, workers is 0",
        "2, syelogd, --workers, 100000, workers is 100000",
        "2, syelogd, --workers, many, --workers",
        "2, syelogd, --instances, 0, listening instances is 0",
        "2, syelogd, --security, nonsense, --security",
        "2, syelogd, --security, '', security descriptor is empty",
        "2, syelogd, --output, a*b, Illegal char",
        "2, syelogd, --unknown, 1, --unknown",
        "2, syelogd, --quiet, superfluous, superfluous",
        "1, syelogd, --output, missing\\folder\\log, there is no such folder",
        "2, logger, --severity, grave, fatal",
        "2, logger, --facility, 100, kernel",
        "2, logger, --count, 0, at least 1",
        "2, logger, --pipe, \\\\.\\mailslot\\x, cannot be the name of a pipe",
        "2, logger, --unknown, x, --unknown",
        "2, cat-pipe, \\\\.\\mailslot\\x, --wait, cannot be the name of a pipe",
        "2, cat-pipe, --timeout, soon, --timeout",
        "2, cat-pipe, x, --timeout=-1, must not be negative",
        "2, cat-pipe, \\\\elsewhere\\pipe\\x, --listen, on this machine",
        "2, serial, LPT1, --no-dtr, should look like COM3",
        "2, serial, COM3, --idle=-1, must not be negative",
        "2, serial, COM3, --parity=some, must be one of none",
        "2, serial, COM3, --flow=some, must be one of none",
        "2, serial, COM3, --stop-bits=3, must be 1",
        "2, serial, COM3, --data-bits=9, from 5 to 8",
        "2, serial, COM3, --newline=dos, must be lf",
        "1, serial, COM251, --no-rts, ERROR_FILE_NOT_FOUND",
        "2, watch, --buffer, 65536, DIR",
        "2, watch, --buffer, many, --buffer",
        "2, watch, --buffer=4095, ., from 4096 to 1048576",
        "2, watch, --json, a*b, Illegal char",
        "2, watch, --json, '', . is the current one",
        "2, watch, --unknown, x, --unknown",
        "1, watch, --json, missing-folder, there is no such folder",
        "2, echo, --host, localhost, nothing to serve",
        "2, echo, --port, 65536, from 0 to 65535",
        "2, echo, --port, -1, from 0 to 65535",
        "2, echo, --port, many, --port",
        "2, echo, --pipe, '', cannot be the name of a pipe",
        "2, echo, --pipe=iocp4j-echo-x, --monitor=\\\\elsewhere\\pipe\\x, on this machine",
        "2, syelogd, --pipe=iocp4j-syelogd-x, --monitor=, cannot be the name of a pipe",
        "2, monitor, --interval, many, --interval",
        "2, monitor, x, --interval=49, from 50 to 60000",
        "2, monitor, x, --devices=-1, from 0 to 10000",
        "2, monitor, x, --sort=size, must be one of rate",
        "2, monitor, --once, --json, PIPE",
        "2, monitor, \\\\.\\mailslot\\x, --once, cannot be the name of a pipe",
        "1, monitor, iocp4j-nobody-serves-this, --once, There is no pipe iocp4j-nobody-serves-this",
    })
    void toolsRefuseWithTheReason(
            final int exitCode, final String tool, final String option, final String value, final String reason) {
        assertThat(run(tool, option, value)).as(errors::toString).isEqualTo(exitCode);
        assertThat(errors.toString()).startsWith(tool + ": ").contains(reason).doesNotContain("\tat ");
    }

    /** A script may pass on names that other people have chosen. */
    @ParameterizedTest
    @CsvSource({
        "--unknown%, x", "%, x", "-%, x", "--block, 1%", "--depth, 1%", "--quiet=%, x", "missing-%, x", "x, y%",
    })
    void whatIsQuotedStaysOnItsLineAndCommandsNoTerminal(final String first, final String second) {
        final String bad = "\u001b[31m\nfaked: line\u009b\u202e";
        assertThat(run("copy", first.replace("%", bad), second.replace("%", bad), "z")).isNotZero();
        assertThat(errors.toString()).contains("\\x1b[31m\\nfaked: line").doesNotContain("\u001b", "\u009b", "\u202e");
        assertThat(errors.toString().lines()).noneMatch(line -> line.startsWith("faked"));
    }

    @Test
    void anUnknownToolIsRefusedWithTheKnownOnes() {
        assertThat(run("syslogd")).isEqualTo(2);
        assertThat(errors.toString()).contains("'syslogd'").contains("iocp4j syelogd").contains("Try: iocp4j --help");
    }

    @Test
    void aPipeIsNotBothSentAndReceivedOnly() {
        assertThat(run("cat-pipe", "x", "--send", "--receive")).isEqualTo(2);
        assertThat(errors.toString()).startsWith("cat-pipe: ").contains("mutually exclusive");
    }

    @Test
    void noToolIsRefused() {
        assertThat(run()).isEqualTo(2);
        assertThat(errors.toString()).startsWith("iocp4j: ").contains("Try: iocp4j --help");
    }

    @ParameterizedTest
    @CsvSource({"cat-pipe", "copy", "echo", "logger", "monitor", "serial", "syelogd", "watch"})
    void helpShowsExamples(final String tool) throws Exception {
        try (ToolProcess process = Programs.tool(folder, tool, "--help")) {
            assertThat(process.exitCode()).as(process::errors).isZero();
            assertThat(process.output()).contains("Usage: iocp4j " + tool + " [-h").contains("Examples:");
        }
    }

    @Test
    void theJarRunsByItself() throws Exception {
        final String jar = System.getProperty("iocp4j.tests.tools.jar");
        assumeTrue(jar != null, "the build does not name the tools jar");
        try (ToolProcess process = ToolProcess.start(folder, ChildJvm.command("-jar", jar, "syelogd", "--version"))) {
            assertThat(process.exitCode()).as(process::errors).isZero();
            assertThat(process.output().strip())
                    .isEqualTo("iocp4j-tools " + System.getProperty("iocp4j.tests.version"));
        }
    }

    private int run(final String... args) {
        return Main.run(new PrintWriter(errors, true), args);
    }
}

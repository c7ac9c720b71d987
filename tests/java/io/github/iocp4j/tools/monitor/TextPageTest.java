package io.github.iocp4j.tools.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.monitoring.MadeUpSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The contents of a page, and their positions. */
final class TextPageTest {
    @Test
    void reportsEverythingOnce() throws IOException {
        final PortSnapshot port = MadeUpSnapshot.snapshot();
        assertThat(new TextPage(Order.RATE, 10, 100).of(new Interval(null, port)).lines()).containsExactly(
                "made up \\xe2\\x80\\xae \\x1b[31m: process 4711, open, polled",
                "in flight     1004 of 1003, the most were 1005; unknown in the queue",
                "completions   1007         ",
                "operations    1011          of these inline 1012",
                "bytes         1013         ",
                "ATTENTION: 1014 in quarantine, 1009 foreign packets, 1015 unbalanced devices, 1016 failed dequeues",
                "ATTENTION: 1018 connections closed because the listener did not take them",
                "",
                "POLLERS: 1 waiting, 1 in-listener",
                "     0  waiting         4.3 s",
                "     1  in-listener     4.3 s",
                "",
                "BATCHES: 1222, up to 1008 of 1002",
                "        1  ########################################    100",
                "      2-3  ########################################     99",
                "      4-7  #######################################      98",
                "     8-15  #######################################      97",
                "    16-31  ######################################       96",
                "    32-63  ######################################       95",
                "   64-127  ######################################       94",
                "  128-255  #####################################        93",
                "  256-511  #####################################        92",
                " 512-1023  ####################################         91",
                "1024-2047  ####################################         90",
                "2048-4095  ####################################         89",
                "4096-8191  ###################################          88",
                "",
                "FAILURES: 7",
                "        4  OTHER",
                "        3  ERROR_BROKEN_PIPE",
                "",
                "DEVICES: 1017, by operations per second",
                "  OPS/S  BYTES/S IN FLIGHT     OPS   BYTES KIND          NAME",
                "      -        -         9      90    123k file          C:\\größer\\n (closing)");
    }

    @Test
    void linesAreNoLongerThanTheyMayBe() throws IOException {
        final PortSnapshot port = MadeUpSnapshot.snapshot();
        assertThat(new TextPage(Order.NAME, 10, 20).of(new Interval(port, port)).lines())
                .allMatch(line -> line.length() <= 20);
    }

    @Test
    void amountsAndTimesStayShort() {
        assertThat(Words.amount(99_999)).isEqualTo("99999");
        assertThat(Words.amount(123_456)).isEqualTo("123k");
        assertThat(Words.amount(1_540_000)).isEqualTo("1.5M");
        assertThat(Words.amount(Long.MAX_VALUE)).isEqualTo("9.2E");
        assertThat(Words.time(59_900)).isEqualTo("59.9 s");
        assertThat(Words.time(4_502_000)).isEqualTo("75:02");
    }

    @Test
    void aPageTakesThePlaceOfTheOneBeforeOnATerminalOnly() throws IOException {
        final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        final Display inPlace = new Display(terminal, true);
        inPlace.show("a\nb\n");
        inPlace.show("c\n");
        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .isEqualTo("\u001b[2J\u001b[Ha\u001b[K\nb\u001b[K\n\u001b[J" + "\u001b[Hc\u001b[K\n\u001b[J");
        final ByteArrayOutputStream file = new ByteArrayOutputStream();
        final Display below = new Display(file, false);
        below.show("a\n");
        below.show("b\n");
        assertThat(file.toString(StandardCharsets.UTF_8)).isEqualTo("a\nb\n");
    }
}

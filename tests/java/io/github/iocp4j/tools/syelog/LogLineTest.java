package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneOffsetTransition;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLineTest {
    private static final long ARRIVAL = Messages.fileTime("2026-11-22T06:00:00Z");

    private final SyelogMessage message = new SyelogMessage();
    private LogLine line = new LogLine(new LocalTimeColumn(ZoneOffset.UTC));

    @Test
    void isThatOfTheReferenceDaemon() {
        assertThat(lineOf(Messages.line("sltest: Hello World! [1 of 4]")))
                .isEqualTo("20261122052203802 1740 50.60: sltest: Hello World! [1 of 4]\n");
    }

    @Test
    void processIdIsRightJustifiedInFourColumns() {
        assertThat(lineOf(Messages.line("x").from(7))).isEqualTo("20261122052203802    7 50.60: x\n");
        assertThat(lineOf(Messages.line("x").from(12345))).isEqualTo("20261122052203802 12345 50.60: x\n");
        assertThat(lineOf(Messages.line("x").from(-1))).isEqualTo("20261122052203802 4294967295 50.60: x\n");
    }

    @Test
    void facilityAndSeverityAreTwoHexadecimalDigitsWhateverTheyAre() {
        assertThat(lineOf(Messages.line("x").of(0x0a, 0))).isEqualTo("20261122052203802 1740 0a.00: x\n");
        assertThat(lineOf(Messages.line("x").of(0xff, 0xee))).isEqualTo("20261122052203802 1740 ff.ee: x\n");
    }

    @Test
    void trailingWhiteSpaceIsStripped() {
        assertThat(lineOf(Messages.raw("  x y \t\r\n\0"))).isEqualTo("20261122052203802 1740 50.60:   x y\n");
        assertThat(lineOf(Messages.raw("\n\0"))).isEqualTo("20261122052203802 1740 50.60: \n");
    }

    @Test
    void aClientCannotForgeALine() {
        assertThat(lineOf(Messages.line("x\n20261122052203802 1740 50.00: forged\u001b[1A")))
                .isEqualTo("20261122052203802 1740 50.60: x\\n20261122052203802 1740 50.00: forged\\x1b[1A\n");
    }

    @Test
    void longestTextFitsEvenIfAllOfItIsEscaped() {
        final byte[] longest = new byte[4086];
        Arrays.fill(longest, (byte) 1);

        assertThat(lineOf(Messages.raw(longest).from(-1).at(0)))
                .endsWith("\\x01\n").hasSize(17 + 19 + 15 + 4 * 4086 + 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 2_650_467_744_000_000_000L})
    void timeOutOfRangeIsThatOfArrivalAndMarked(final long fileTime) {
        assertThat(lineOf(Messages.line("x").at(fileTime)))
                .isEqualTo("20261122060000000 1740 50.60: [arrival time] x\n");
    }

    @Test
    void timeHasFourDigitsOfYear() {
        assertThat(lineOf(Messages.line("x").at(Messages.fileTime("1601-01-02T00:00:00Z"))))
                .startsWith("16010102000000000 1740");
        assertThat(lineOf(Messages.line("x").at(Messages.fileTime("9999-12-30T23:59:59.999Z"))))
                .startsWith("99991230235959999 1740");
    }

    @Test
    void timeIsLocal() {
        line = new LogLine(new LocalTimeColumn(ZoneOffset.ofHours(-8)));

        assertThat(lineOf(Messages.line("x"))).startsWith("20261121212203802 1740");
    }

    @Test
    void timesGoBackAndForth() {
        final ZoneId zone = ZoneId.of("Europe/Berlin");
        final DateTimeFormatter expected = DateTimeFormatter.ofPattern("uuuuMMddHHmmssSSS");
        line = new LogLine(new LocalTimeColumn(zone));
        final Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            // Around the end of summer time, over more seconds than are kept.
            final Instant time = Instant.parse("2026-10-25T00:58:00Z").plusMillis(random.nextInt(240_000));

            assertThat(lineOf(Messages.line("x").at(Messages.fileTime(time.toString()))))
                    .startsWith(expected.format(LocalDateTime.ofInstant(time, zone)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"})
    void timeIsLocalInAnyYearAndWhenTheClocksAreChanged(final String name) {
        final ZoneId zone = ZoneId.of(name);
        final DateTimeFormatter expected = DateTimeFormatter.ofPattern("uuuuMMddHHmmssSSS");
        final long first = Instant.parse("1602-01-01T00:00:00Z").toEpochMilli();
        final long range = Instant.parse("9999-01-01T00:00:00Z").toEpochMilli() - first;
        line = new LogLine(new LocalTimeColumn(zone));
        final Random random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            final Instant any = Instant.ofEpochMilli(first + (long) (random.nextDouble() * range));
            final ZoneOffsetTransition change = zone.getRules().nextTransition(any);
            final Instant time = change == null || i % 2 == 0
                    ? any
                    : change.getInstant().plusMillis(random.nextInt(4_000) - 2_000);

            assertThat(lineOf(Messages.line("x").at(Messages.fileTime(time.toString()))))
                    .startsWith(expected.format(LocalDateTime.ofInstant(time, zone)));
        }
    }

    @Test
    void deltaIsMillisecondsSinceTheLineBefore() {
        line = new LogLine(new DeltaTimeColumn(Messages.fileTime("2026-11-22T05:22:03Z")));

        assertThat(lineOf(Messages.line("first"))).isEqualTo("    802 1740 50.60: first\n");
        assertThat(lineOf(Messages.line("same time"))).isEqualTo("      0 1740 50.60: same time\n");
        assertThat(lineOf(Messages.line("late").at(Messages.fileTime("2026-11-22T05:22:04Z"))))
                .isEqualTo("    198 1740 50.60: late\n");
        assertThat(lineOf(Messages.line("early").at(Messages.fileTime("2026-11-22T05:22:03.999999Z"))))
                .isEqualTo("      0 1740 50.60: early\n");
        assertThat(lineOf(Messages.line("earlier").at(Messages.fileTime("2026-11-22T05:21:03.999999Z"))))
                .isEqualTo(" -60000 1740 50.60: earlier\n");
        assertThat(lineOf(Messages.line("next day").at(Messages.fileTime("2026-11-23T05:21:03.999999Z"))))
                .isEqualTo("86400000 1740 50.60: next day\n");
    }

    @Test
    void noticeHasDashesForProcessAndFacility() {
        line.notice(Severity.NOTICE, "Client requested\nterm\u00efnate", ARRIVAL);

        assertThat(text()).isEqualTo("20261122060000000 ---- --.50: Client requested?term?nate\n");
    }

    private String lineOf(final Messages sent) {
        assertThat(sent.receivedBy(message)).isNull();
        line.message(message, ARRIVAL);
        return text();
    }

    private String text() {
        return new String(line.bytes(), 0, line.length(), StandardCharsets.UTF_8);
    }
}

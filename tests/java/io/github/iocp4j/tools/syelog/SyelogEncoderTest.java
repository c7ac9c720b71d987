package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SyelogEncoderTest {
    private static final long TIME = Messages.fileTime("2026-11-22T05:22:03.802Z");

    private final SyelogEncoder encoder = new SyelogEncoder("sltest", 0x50, 1740);

    @Test
    void makesTheMessageOfTheReferenceClient() {
        assertThat(encode("Hello World!")).isEqualTo(Messages.line("sltest: Hello World!").bytes());
    }

    @Test
    void setsTheTerminateFlag() {
        assertThat(bytes(encoder.encode(utf8("Bye"), 0x50, TIME, true)))
                .isEqualTo(Messages.line("sltest: Bye").of(0x50, 0x50).terminating(1).bytes());
    }

    @Test
    void addsOneLineFeedWhereThereIsNone() {
        assertThat(encode("x\n")).isEqualTo(Messages.line("sltest: x").bytes());
        assertThat(encode("x\r\n")).isEqualTo(Messages.line("sltest: x").bytes());
    }

    @Test
    void shortestIsALineFeed() {
        final byte[] shortest = bytes(new SyelogEncoder("", 0x50, 1740).encode(utf8(""), 0x60, TIME, false));

        assertThat(shortest).hasSize(22).isEqualTo(Messages.raw("\n\0").bytes());
    }

    @Test
    void escapesWhatWouldDoHarm() {
        assertThat(encode("a\nb\u001b[0m\0c")).isEqualTo(Messages.line("sltest: a\\nb\\x1b[0m\\x00c").bytes());
    }

    @Test
    void writesUtf8() {
        assertThat(encode("größer 漢")).isEqualTo(Messages.line("sltest: größer 漢").bytes());
    }

    @Test
    void processIdsBeyondTwoToThe31AreKept() {
        final byte[] message = bytes(new SyelogEncoder("", 0x50, 4_294_967_295L).encode(utf8("x"), 0x60, TIME, false));

        assertThat(message).isEqualTo(Messages.line("x").from(-1).bytes());
    }

    @Test
    void cutsWhatDoesNotFit() {
        assertThat(encode("x".repeat(5000))).hasSize(4106)
                .isEqualTo(Messages.line("sltest: " + "x".repeat(4076)).bytes());
        assertThat(encode("x".repeat(4076))).hasSize(4106);
    }

    @Test
    void cutsNoCharacter() {
        assertThat(encode("x".repeat(4074) + "漢")).isEqualTo(Messages.line("sltest: " + "x".repeat(4074)).bytes());
        assertThat(encode("x".repeat(4073) + "漢"))
                .isEqualTo(Messages.line("sltest: " + "x".repeat(4073) + "漢").bytes());
    }

    @Test
    void whatOneMakesTheOtherReads() {
        final SyelogMessage message = new SyelogMessage();
        final ByteBuffer encoded = encoder.encode(utf8("text"), 0x60, TIME, false);
        final int length = encoded.remaining();
        message.bytes().put(encoded);

        assertThat(message.receive(length)).isNull();
        final LogLine line = new LogLine(new DeltaTimeColumn(TIME));
        line.message(message, 0);
        assertThat(new String(line.bytes(), 0, line.length(), StandardCharsets.UTF_8))
                .isEqualTo("      0 1740 50.60: sltest: text\n");
    }

    private byte[] encode(final String text) {
        return bytes(encoder.encode(utf8(text), 0x60, TIME, false));
    }

    private static byte[] bytes(final ByteBuffer message) {
        assertThat(message.isDirect()).isTrue();
        final byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        return bytes;
    }

    private static byte[] utf8(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

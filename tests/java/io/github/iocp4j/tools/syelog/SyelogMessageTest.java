package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyelogMessageTest {
    private final SyelogMessage message = new SyelogMessage();

    @Test
    void fieldsLieWhereTheProtocolHasThem() {
        final byte[] bytes = {
            27, 0, 0x50, 0x66, (byte) 0xcc, 0x06, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 0, 0,
            'H', 'e', 'y', ' ', '\n', 0, 'x'
        };
        message.bytes().duplicate().put(bytes);

        assertThat(message.receive(bytes.length)).isNull();
        assertThat(message.facility()).isEqualTo(0x50);
        assertThat(message.severity()).isEqualTo(0x66);
        assertThat(message.processId()).isEqualTo(1740);
        assertThat(message.fileTime()).isEqualTo(0x0807060504030201L);
        assertThat(message.asksToTerminate()).isTrue();
        assertThat(text()).isEqualTo("Hey");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19})
    void isTooShortWithoutAWholeHeader(final int length) {
        message.bytes().duplicate().put(Messages.line("from before").terminating(1).bytes());

        assertThat(message.receive(length)).isEqualTo(Rejection.TOO_SHORT);
        assertThat(message.asksToTerminate()).as("what an earlier message said").isFalse();
    }

    @Test
    void hasNoTextWhenNothingFollowsTheHeader() {
        Messages.line("from before").receivedBy(message);

        assertThat(Messages.raw("").receivedBy(message)).isEqualTo(Rejection.NO_TEXT);
        assertThat(Messages.raw("\0").receivedBy(message)).isEqualTo(Rejection.NO_TEXT);
        assertThat(Messages.raw("\0hidden").receivedBy(message)).isEqualTo(Rejection.NO_TEXT);
    }

    @Test
    void terminatesEvenWithoutText() {
        Messages.raw("").terminating(0x0100_0000).receivedBy(message);

        assertThat(message.asksToTerminate()).isTrue();
    }

    @Test
    void whiteSpaceAloneIsAnEmptyText() {
        assertThat(Messages.line("").receivedBy(message)).isNull();
        assertThat(text()).isEmpty();
        assertThat(Messages.raw(" \t\r\n\u000b\f ").receivedBy(message)).isNull();
        assertThat(text()).isEmpty();
    }

    @Test
    void textWithoutNulEndsWhereTheMessageDoes() {
        Messages.line("a long text from the message before").receivedBy(message);

        assertThat(Messages.raw("short").receivedBy(message)).isNull();
        assertThat(text()).isEqualTo("short");
    }

    @Test
    void textEndsAtTheFirstNul() {
        Messages.raw("seen\0not seen\n\0").receivedBy(message);

        assertThat(text()).isEqualTo("seen");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 19, 21, 4106, 65535})
    void doesNotBelieveWhatTheClientSaysOfTheLength(final int claim) {
        Messages.raw("true").claimingLength(claim).receivedBy(message);

        assertThat(text()).isEqualTo("true");
    }

    @Test
    void longestMessageIsReadWhole() {
        final byte[] longest = new byte[4086];
        Arrays.fill(longest, (byte) 'x');

        assertThat(Messages.raw(longest).receivedBy(message)).isNull();
        assertThat(text()).hasSize(4086);
    }

    @ParameterizedTest
    @CsvSource({"-1, 4294967295", "0, 0", "2147483647, 2147483647", "-2147483648, 2147483648"})
    void processIdsHaveNoSign(final int sent, final long read) {
        Messages.line("x").from(sent).receivedBy(message);

        assertThat(message.processId()).isEqualTo(read);
    }

    private String text() {
        final byte[] bytes = new byte[message.textEnd() - SyelogMessage.TEXT_OFFSET];
        message.bytes().duplicate().position(SyelogMessage.TEXT_OFFSET).get(bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}

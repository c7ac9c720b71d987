package io.github.iocp4j.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contents of a watch's buffer as Java reads them: valid ones, and malformed ones. */
final class DirectoryChangesTest {
    private final ChangeRecords records = new ChangeRecords(256);

    @Test
    void readsEveryChange() {
        final DirectoryChanges changes = records.add(1, "a").add(2, "folder\\größer").add(3, "").add(4, "old")
                .add(5, "new \ud83d\ude00").cursor();

        expect(changes, ChangeAction.ADDED, "a");
        expect(changes, ChangeAction.REMOVED, "folder\\größer");
        expect(changes, ChangeAction.MODIFIED, "");
        expect(changes, ChangeAction.RENAMED_OLD_NAME, "old");
        expect(changes, ChangeAction.RENAMED_NEW_NAME, "new \ud83d\ude00");
        assertThat(changes.next()).isFalse();
        assertThat(changes.next()).as("still").isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 6, 11, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void knowsThatItDoesNotKnowAnAction(final int code) {
        final DirectoryChanges changes = records.add(code, "x").cursor();

        assertThat(changes.next()).isTrue();
        assertThat(changes.action()).isEqualTo(ChangeAction.OTHER);
        assertThat(changes.actionCode()).isEqualTo(code);
    }

    @Test
    void hasNothingWhenNothingWasWritten() {
        assertThat(new DirectoryChanges(records.add(1, "left from before").memory).reset(0).next()).isFalse();
    }

    @Test
    void appendsNamesAsTheyAre() {
        final DirectoryChanges changes = records.add(1, "half \ud83d of a character").cursor();
        changes.next();
        final StringBuilder text = new StringBuilder("name: ");

        assertThat(changes.appendName(text)).isSameAs(text);
        assertThat(text.toString()).isEqualTo("name: half \ud83d of a character");
    }

    @Test
    void beginsAnewForEachCompletion() {
        final DirectoryChanges changes = records.add(1, "a").add(1, "b").cursor();
        changes.next();

        expect(changes.reset(records.length()), ChangeAction.ADDED, "a");
    }

    @Test
    void standsNowhereBeforeTheFirstAndAfterTheLast() {
        final DirectoryChanges changes = records.add(1, "a").cursor();

        expectNowhere(changes);
        changes.next();
        assertThat(changes.nameLength()).isEqualTo(1);
        changes.next();
        expectNowhere(changes);
    }

    /** The first of two valid records gets an invalid field. */
    @ParameterizedTest
    @CsvSource({
        // the offset of the field, what is in it, what is said about it
        "0, 1, the next one is 1 bytes further on",
        "0, 12, the next one is 12 bytes further on",
        "0, 16, the next one is 16 bytes further on",
        "0, 256, the next one is 256 bytes further on",
        "0, -4, the next one is 4294967292 bytes further on",
        "0, -2147483648, the next one is 2147483648 bytes further on",
        "0, 2147483647, the next one is 2147483647 bytes further on",
        "8, 1, it has a name of 1 bytes",
        "8, 7, it has a name of 7 bytes",
        "8, -2, it has a name of 4294967294 bytes",
        "8, -2147483648, it has a name of 2147483648 bytes",
        "8, 2147483646, it has a name of 2147483646 bytes",
        "8, 30, it has a name of 30 bytes",
    })
    void refusesWhatPointsElsewhere(final int offset, final int value, final String why) {
        records.add(1, "abc").add(1, "b");
        records.memory.putInt(offset, value);
        final DirectoryChanges changes = records.cursor();

        assertThatThrownBy(changes::next).isInstanceOf(IllegalStateException.class)
                .hasMessage("Malformed record of a change at byte 0 of 34: " + why + ". List the directory anew");
        assertThat(changes.next()).isFalse();
        expectNowhere(changes);
    }

    @Test
    void refusesARecordThatIsCutOff() {
        final int whole = records.add(1, "abc").length();
        for (int length = 1; length < whole; length++) {
            final DirectoryChanges changes = new DirectoryChanges(records.memory).reset(length);
            assertThatThrownBy(changes::next).as("%d bytes", length).isInstanceOf(IllegalStateException.class);
        }
        assertThat(new DirectoryChanges(records.memory).reset(whole).next()).isTrue();
    }

    @Test
    void refusesANextOneBehindTheEnd() {
        final DirectoryChanges changes = records.add(1, "abc").cursor();
        records.memory.putInt(0, records.length());

        expect(changes, ChangeAction.ADDED, "abc");
        assertThatThrownBy(changes::next).hasMessageContaining("at byte 18 of 18: there are only 0 bytes");
    }

    @Test
    void believesNoLengthBeyondTheBuffer() {
        final ByteBuffer memory = ByteBuffer.allocateDirect(16).order(ByteOrder.LITTLE_ENDIAN);
        final DirectoryChanges changes = new DirectoryChanges(memory);
        memory.putInt(8, 6);
        for (final int length : new int[] {17, 18, Integer.MAX_VALUE}) {
            assertThatThrownBy(changes.reset(length)::next).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("byte 0 of 16: it has a name of 6 bytes");
        }
        assertThat(changes.reset(-1).next()).isFalse();
        assertThat(changes.reset(Integer.MIN_VALUE).next()).isFalse();
    }

    private static void expect(final DirectoryChanges changes, final ChangeAction action, final String name) {
        assertThat(changes.next()).isTrue();
        assertThat(changes.action()).isEqualTo(action);
        assertThat(changes.actionCode()).isEqualTo(action.code());
        assertThat(changes.name()).isEqualTo(name);
        assertThat(changes.nameLength()).isEqualTo(name.length());
    }

    private static void expectNowhere(final DirectoryChanges changes) {
        assertThatThrownBy(changes::action).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(changes::actionCode).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(changes::nameLength).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(changes::name).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> changes.appendName(new StringBuilder())).isInstanceOf(IllegalStateException.class);
    }
}

package io.github.iocp4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Records of a console, as Windows lays them out. */
final class ConsoleEventsTest {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(4 * ConsoleEvents.RECORD_LENGTH)
            .order(ByteOrder.LITTLE_ENDIAN);
    private final ConsoleEvents events = new ConsoleEvents(buffer);

    @Test
    void readsKeysMouseAndSize() {
        put(0, 1, 1);
        buffer.putShort(8, (short) 2).putShort(10, (short) 0x41).putChar(14, 'a').putInt(16, 0x10);
        put(20, 2, 0);
        buffer.putShort(24, (short) 5).putShort(26, (short) 6).putInt(28, 1).putInt(32, 8).putInt(36, 4);
        put(40, 4, 0);
        buffer.putShort(44, (short) 120).putShort(46, (short) 40);
        put(60, 0x40, 0);

        events.reset(0, 80);
        assertThat(events.next()).isTrue();
        assertThat(events.kind()).isEqualTo(ConsoleEvents.Kind.KEY);
        assertThat(events.isKeyDown()).isTrue();
        assertThat(events.repeatCount()).isEqualTo(2);
        assertThat(events.keyCode()).isEqualTo(0x41);
        assertThat(events.character()).isEqualTo('a');
        assertThat(events.controlKeys()).isEqualTo(0x10);
        assertThat(events.next()).isTrue();
        assertThat(events.kind()).isEqualTo(ConsoleEvents.Kind.MOUSE);
        assertThat(events.mouseColumn()).isEqualTo(5);
        assertThat(events.mouseRow()).isEqualTo(6);
        assertThat(events.mouseButtons()).isEqualTo(1);
        assertThat(events.controlKeys()).isEqualTo(8);
        assertThat(events.mouseFlags()).isEqualTo(4);
        assertThat(events.next()).isTrue();
        assertThat(events.columns()).isEqualTo(120);
        assertThat(events.rows()).isEqualTo(40);
        assertThat(events.next()).isTrue();
        assertThat(events.kind()).isEqualTo(ConsoleEvents.Kind.OTHER);
        assertThat(events.next()).isFalse();
    }

    @Test
    void looksAtWholeRecordsOnly() {
        put(20, 1, 0);

        events.reset(20, 39);
        assertThat(events.next()).isTrue();
        assertThat(events.isKeyDown()).isFalse();
        assertThat(events.next()).isFalse();
        assertThat(events.next()).isFalse();
        assertThat(events.reset(0, 0).next()).isFalse();
    }

    @Test
    void wrongQuestionsAreRefused() {
        put(0, 1, 1);

        assertThatThrownBy(events::kind).isInstanceOf(IllegalStateException.class).hasMessageContaining("next()");
        events.reset(0, 20);
        assertThatThrownBy(events::kind).isInstanceOf(IllegalStateException.class);
        assertThat(events.next()).isTrue();
        assertThatThrownBy(events::columns).isInstanceOf(IllegalStateException.class)
                .hasMessage("The record is of kind KEY, not SIZE: ask kind() first");
        assertThatThrownBy(() -> events.reset(1, 80)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> events.reset(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private void put(final int at, final int type, final int first) {
        buffer.putShort(at, (short) type).putInt(at + 4, first);
    }
}

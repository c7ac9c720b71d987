package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The heap that messages need, without that for all else. */
final class MessageAllocationTest {
    private static final int OBJECT = 1_016;
    private static final int HEADER = 16;
    private static final Offset<Double> CLASSES = Offset.offset(4.0);

    private final MessageAllocation allocation = new MessageAllocation();
    /** Keeps the compiler from dropping the object. */
    private Object garbage;

    @Test
    void isThatOfEachMessage() {
        runs(3, true);
        assertThat(perMessage()).isCloseTo(OBJECT + HEADER, CLASSES);
    }

    @Test
    void isNothingWhereMessagesAllocateNothing() {
        runs(3, false);
        assertThat(perMessage()).isCloseTo(0, CLASSES);
    }

    @Test
    void isUnknownBeforeTheEndOfTheSecondRun() {
        runs(1, true);
        assertThat(perMessage()).isEqualTo(-1);
        messages(MessageAllocation.RUN - 1, true);
        assertThat(perMessage()).isEqualTo(-1);
    }

    @Test
    void leavesOutARunInWhichTheWorkerHasDoneSomethingElse() {
        runs(1, false);
        messages(MessageAllocation.RUN - 1, false);
        garbage = new byte[1 << 20];
        allocation.interrupt();
        runs(1, false);
        assertThat(perMessage()).isEqualTo(-1);
        runs(2, false);
        assertThat(perMessage()).isCloseTo(0, CLASSES);
    }

    private double perMessage() {
        return MessageAllocation.perMessage(List.of(new MessageAllocation(), allocation));
    }

    private void runs(final int count, final boolean allocates) {
        messages(count * MessageAllocation.RUN, allocates);
    }

    private void messages(final int count, final boolean allocates) {
        for (int i = 0; i < count; i++) {
            if (allocates) {
                garbage = new byte[OBJECT];
            }
            allocation.message();
        }
    }
}

package io.github.iocp4j.internal.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.Mechanism;
import io.github.iocp4j.Opcode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Jar and DLL must agree on every number. */
final class NativeContractTest {
    private final int[] agreed = NativeContract.terms().values().stream().mapToInt(Integer::intValue).toArray();

    @Test
    void isKeptByAnEqualAnswer() {
        assertThat(NativeContract.difference(agreed)).isNull();
    }

    @Test
    void reportsTheVersionFirstThenTheRecordsThenTheEnums() {
        assertThat(agreed).containsExactly(
                10, 32, 0, 8, 16, 20, 24, 26, 28, 0x100,
                15, 14, 3,
                14, 0x2000_0001, 0x2000_0002, 0x2000_0003, 0x2000_0004, 0x2000_0005, 0x2000_0006, 0x2000_0007,
                0x2000_0008, 0x2000_0009, 0x2000_000a, 0x2000_000b, 0x2000_000c, 0x2000_000d,
                0x2000_000e);
    }

    @Test
    void knowsTheLastOfEachEnum() {
        assertThat(NativeContract.terms())
                .containsEntry("last opcode", Opcode.values().length)
                .containsEntry("last device kind", DeviceKind.values().length)
                .containsEntry("last mechanism", Mechanism.values().length - 1);
    }

    @Test
    void isBrokenByAnyNumber() {
        final List<String> names = new ArrayList<>(NativeContract.terms().keySet());
        for (int i = 0; i < agreed.length; i++) {
            final int[] answer = agreed.clone();
            answer[i] += 1000;

            assertThat(NativeContract.difference(answer))
                    .isEqualTo("the " + names.get(i) + " is " + answer[i] + " in the DLL and " + agreed[i]
                            + " in the jar");
        }
    }

    @Test
    void isBrokenByAnAnswerThatIsTooShort() {
        for (int length = 0; length < agreed.length; length++) {
            assertThat(NativeContract.difference(Arrays.copyOf(agreed, length))).contains("does not know the");
        }
    }

    @Test
    void isBrokenByAnAnswerThatIsTooLong() {
        assertThat(NativeContract.difference(Arrays.copyOf(agreed, agreed.length + 1))).contains("more constants");
    }

    @Test
    void isForOneVersionOnly() {
        final String own = NativeContract.version();

        assertThatCode(() -> NativeContract.requireVersion(own)).doesNotThrowAnyException();
        assertThatThrownBy(() -> NativeContract.requireVersion(own + ".1")).isExactlyInstanceOf(LinkageError.class)
                .hasMessage("the DLL is " + own + ".1, the jar " + own);
    }
}

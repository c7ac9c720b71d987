package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that are refused at once; the message has the name and the valid values. */
final class NamedPipeServerBuilderTest {
    private static CompletionPort port;

    @BeforeAll
    static void openPort() throws Win32Exception {
        port = CompletionPort.builder(batch -> { }).workers(1).open();
    }

    @AfterAll
    static void closePort() {
        port.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 1025, Integer.MAX_VALUE})
    void refusesAbsurdNumbersOfWaitingInstances(final int instances) {
        assertThatThrownBy(() -> builder().listening(instances)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The number of listening instances is " + instances + ", but must be from 0 to 1024");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 255, 256, Integer.MAX_VALUE})
    void refusesAbsurdLimitsOfInstances(final int instances) {
        assertThatThrownBy(() -> builder().maxInstances(instances)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("but must be from 1 to 254");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, (1 << 24) + 1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void refusesAbsurdBuffers(final int bytes) {
        assertThatThrownBy(() -> builder().buffers(bytes, 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from the client is " + bytes);
        assertThatThrownBy(() -> builder().buffers(0, bytes)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("to the client is " + bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void refusesSecurityThatSaysNothing(final String sddl) {
        assertThatThrownBy(() -> builder().securityDescriptor(sddl)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("omit it for the default");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\\\\.\\pipe\\", "\\\\server\\pipe\\x", "\\\\.\\mailslot\\x", "a\0b"})
    void refusesNamesThatCannotBeServed(final String name) {
        assertThatThrownBy(() -> NamedPipeServer.builder(port, name)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be the name of a pipe");
    }

    @Test
    void refusesNothingInPlaceOfSomething() {
        assertThatThrownBy(() -> NamedPipeServer.builder(null, "x")).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> NamedPipeServer.builder(port, (String) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder().mode(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder().direction(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder().securityDescriptor(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void takesTheLimitsThemselves() {
        final NamedPipeServer.Builder builder = builder();
        assertThat(builder.listening(1).listening(1024).maxInstances(1).maxInstances(254).buffers(0, 0)
                .buffers(1 << 24, 1 << 24).acceptRemoteClients().token(-1)).isSameAs(builder);
    }

    private static NamedPipeServer.Builder builder() {
        return NamedPipeServer.builder(port, "iocp4j-test-never-opened");
    }
}

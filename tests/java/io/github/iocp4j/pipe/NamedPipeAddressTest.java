package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The addresses of pipes; PipeNamesTest has all forms of names. */
final class NamedPipeAddressTest {
    private static final String NAME = "iocp4j-address-" + ProcessHandle.current().pid();
    private static final List<String> SPELLINGS = List.of(NAME, "\\\\.\\pipe\\" + NAME, "\\\\?\\PIPE\\" + NAME,
            "//./pipe/" + NAME, "npipe:////./pipe/" + NAME, "npipe://./pipe/" + NAME, NAME.toUpperCase());

    @Test
    void spellingsOfOnePipeAreEqual() {
        assertThat(SPELLINGS).extracting(NamedPipeAddress::of).allSatisfy(address -> {
            assertThat(address).isEqualTo(NamedPipeAddress.of(NAME)).hasSameHashCodeAs(NamedPipeAddress.of(NAME));
            assertThat(address.path()).isEqualToIgnoringCase("\\\\.\\pipe\\" + NAME);
            assertThat(address.isRemote()).isFalse();
        });
        assertThat(NamedPipeAddress.of("a")).isNotEqualTo(NamedPipeAddress.of("b")).isInstanceOf(SocketAddress.class)
                .hasToString("\\\\.\\pipe\\a");
        // Upper case of one is lower case of another: equal addresses must have equal hash codes.
        assertThat(NamedPipeAddress.of("\u0131I")).isEqualTo(NamedPipeAddress.of("ii"))
                .hasSameHashCodeAs(NamedPipeAddress.of("ii"));
    }

    @Test
    void textForMessagesIsEscaped() {
        final NamedPipeAddress address = NamedPipeAddress.of("a\u202eb");
        assertThat(address).hasToString("\\\\.\\pipe\\a\\u202eb");
        assertThat(address.path()).isEqualTo("\\\\.\\pipe\\a\u202eb");
    }

    @Test
    void spellingsReachTheSameServer() throws Exception {
        try (CompletionPort port = CompletionPort.builder(completion -> { }).workers(1).open();
                NamedPipeServer server = NamedPipeServer.builder(port, NamedPipeAddress.of(SPELLINGS.get(2))).open()) {
            assertThat(server.name()).isEqualTo("\\\\.\\pipe\\" + NAME);
            for (final String each : SPELLINGS) {
                try (NamedPipe client = NamedPipeClient.builder(port, NamedPipeAddress.of(each)).connect()) {
                    assertThat(client.peerProcessId()).as(each).isEqualTo((int) ProcessHandle.current().pid());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\\\box\\pipe\\x", "//box/pipe/x", "\\\\localhost\\pipe\\x"})
    void otherMachineMustBeAskedFor(final String name) throws Exception {
        assertThatThrownBy(() -> NamedPipeAddress.of(name)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("on another machine").hasMessageContaining("ofLocalOrRemote");
        final NamedPipeAddress remote = NamedPipeAddress.ofLocalOrRemote(name);
        assertThat(remote.isRemote()).isTrue();
        try (CompletionPort port = CompletionPort.builder(completion -> { }).workers(1).open()) {
            assertThatThrownBy(() -> NamedPipeClient.builder(port, name))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("on another machine");
            assertThatThrownBy(() -> NamedPipeServer.builder(port, remote))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("on another machine");
            assertThat(NamedPipeClient.builder(port, remote)).isNotNull();
        }
    }
}

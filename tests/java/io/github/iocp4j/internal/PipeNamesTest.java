package io.github.iocp4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of pipes, short and full. */
final class PipeNamesTest {
    @ParameterizedTest
    @CsvSource({
        "syelog,                \\\\.\\pipe\\syelog",
        "docker_engine 2,       \\\\.\\pipe\\docker_engine 2",
        "tool\\control,         \\\\.\\pipe\\tool\\control",
        "\\\\.\\pipe\\syelog,   \\\\.\\pipe\\syelog",
        "\\\\.\\PIPE\\Syelog,   \\\\.\\pipe\\Syelog",
        "\\\\?\\pipe\\syelog,   \\\\.\\pipe\\syelog",
        "//./pipe/syelog,       \\\\.\\pipe\\syelog",
        "//./pipe/a/b,          \\\\.\\pipe\\a\\b",
        "npipe:////./pipe/x,    \\\\.\\pipe\\x",
        "NPIPE://./pipe/x,      \\\\.\\pipe\\x",
        "//box/PIPE/syelog,     \\\\box\\pipe\\syelog",
        "\\\\box\\pipe\\syelog, \\\\box\\pipe\\syelog"})
    void areCompleted(final String name, final String full) {
        assertThat(PipeNames.complete(name)).isEqualTo(full);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\\\\.\\pipe\\", "\\\\.\\pip\\x", "\\\\.\\mailslot\\x", "\\\\", "a\nb", "a\0b",
        "\\\\box\\c$\\file", "..\\C:\\file", "a\\..\\b", ".", "a/b", "\\\\box\\share\\pipe\\x",
        "\\\\.\\C:\\folder\\pipe\\x", " ", "...", "a\\. .", "\\\\.\\pipe\\ ", "\\\\?\\pipe\\...",
        "\\\\\\pipe\\x", "\\pipe\\x", "C:\\temp\\x", "c:/x", "npipe:x", "npipe:/./pipe/x", "http://./pipe/x",
        "//./pipe/", "//./pipe/a/../b", "///pipe/x", "/pipe/x", "x.",
        "a\\x ", "\\\\.\\pipe\\\\", "\\\\.\\pipe\\\\x", "a\\", "a\\\\b", "\\\\.\\pipe/x"})
    void areRefusedWhenNoPipeCanHaveThem(final String name) {
        assertThatThrownBy(() -> PipeNames.complete(name))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cannot be the name of a pipe");
    }

    @Test
    void areAtMost256CharactersLong() {
        final String longest = "x".repeat(256 - "\\\\.\\pipe\\".length());

        assertThat(PipeNames.complete(longest)).hasSize(256);
        assertThatThrownBy(() -> PipeNames.complete(longest + "x"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("256");
    }

    @Test
    void ofServersAreOnThisMachine() {
        assertThat(PipeNames.local("syelog")).isEqualTo("\\\\.\\pipe\\syelog");
        assertThat(PipeNames.local("\\\\?\\pipe\\syelog")).isEqualTo("\\\\.\\pipe\\syelog");
        assertThatThrownBy(() -> PipeNames.local("\\\\box\\pipe\\syelog"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("on another machine");
    }

    @Test
    void ofMailslotsFollowTheSameRules() {
        assertThat(PipeNames.localMailslot("\\\\?\\mailslot\\x")).isEqualTo("\\\\.\\mailslot\\x");
        assertThatThrownBy(() -> PipeNames.completeMailslot("... "))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cannot be the name of a mailslot");
    }

    @Test
    void areRequired() {
        assertThatThrownBy(() -> PipeNames.complete(null)).isInstanceOf(NullPointerException.class);
    }
}

package io.github.iocp4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.LoggedLines;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.socket.SocketClient;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Names from outside in messages: each stays on its line, and commands no terminal. */
final class PrintableTest {
    private static final String HOSTILE = "a\n\u001b[31mb\u202ec\u200fd\u061ce\u0085f\u2028g";
    private static final String SAFE = "a\\n\\u001b[31mb\\u202ec\\u200fd\\u061ce\\u0085f\\u2028g";

    @Test
    void otherCharactersAreEscaped() {
        assertThat(Printable.of(HOSTILE)).isEqualTo(SAFE);
        assertThat(Printable.of("\t\r\0\u007f\u009b\u200e\u202a\u2066\u2069"))
                .isEqualTo("\\t\\r\\u0000\\u007f\\u009b\\u200e\\u202a\\u2066\\u2069");
    }

    @Test
    void printableTextIsTheSameString() {
        for (final String text : new String[] {"", "C:\\a\\b ~!", "größer", "\u00a0", "\u6f22\u5b57", "\u2027\u202f",
            "\ud83d\ude00", "\ud83d"}) {
            assertThat(Printable.of(text)).isSameAs(text);
        }
    }

    @Test
    void exceptionsQuoteNamesSafely() throws Exception {
        assertThat(new Win32Exception("CreateFile " + HOSTILE, Win32Error.FILE_NOT_FOUND)).hasMessageContaining(SAFE);
        try (CompletionPort port = CompletionPort.builder(completion -> { }).name(HOSTILE).workers(1).open()) {
            assertThat(port.name()).isEqualTo(HOSTILE);
            assertThat(port).hasToString("CompletionPort[" + SAFE + "]");
            assertThatThrownBy(() -> NamedPipeServer.builder(port, HOSTILE)).hasMessageContaining(SAFE);
            assertThatThrownBy(() -> SocketClient.builder(port, InetSocketAddress.createUnresolved(HOSTILE, 1)))
                    .hasMessageContaining(SAFE);
            final String bidi = "missing\u202e";
            assertThatThrownBy(() -> OverlappedFile.builder(port, Path.of(bidi)).open())
                    .hasMessageContaining("missing\\u202e").message().doesNotContain(bidi);
        }
    }

    @Test
    void logOfAListenersExceptionQuotesNamesSafely() throws Exception {
        final CompletionPort port = CompletionPort.builder(completion -> {
            throw new IllegalStateException("on purpose");
        }).name(HOSTILE).workers(1).open();
        try (LoggedLines log = new LoggedLines()) {
            port.post(0, 0, 0);
            port.close();
            assertThat(log.lines).anyMatch(line -> line.contains(SAFE)).noneMatch(line -> line.contains(HOSTILE));
        }
    }
}

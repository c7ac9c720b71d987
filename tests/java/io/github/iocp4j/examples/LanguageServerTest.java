package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server for editors: with messages in pieces of any size, and with an editor that does not use iocp4j. */
@Timeout(180)
class LanguageServerTest {
    private static final String HELLO = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}";
    private static final String LONG = "{\"name\":\"Müller\",\"text\":\"" + "ü".repeat(5_000) + "\"}";

    @Test
    void messagesDoNotDependOnHowReadsCutThem() throws Exception {
        final byte[] stream =
                (frame(HELLO) + "Content-Type: x\r\n" + frame("") + frame(LONG) + frame(HELLO)).getBytes(UTF_8);
        for (int step = 1; step <= stream.length; step = step < 300 ? step + 1 : step * 2) {
            assertThat(messages(stream, step)).as("reads of %d bytes", step)
                    .containsExactly(HELLO, "", LONG, HELLO);
        }
    }

    @Test
    void refusesWhatCannotBeFramed() {
        assertThatThrownBy(() -> messages("Content-Type: x\r\n\r\n".getBytes(UTF_8), 7))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> messages("Content-Length: 1048577\r\n\r\n".getBytes(UTF_8), 7))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> messages("x".repeat(5_000).getBytes(UTF_8), 7)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void answersRequestsAndNothingElse() throws Exception {
        final String pipe = "iocp4j-language-" + ProcessHandle.current().pid();
        try (Console console = new Console()) {
            console.start(LanguageServer::main, pipe);
            console.await("Serving ");
            try (RandomAccessFile editor = new RandomAccessFile("\\\\.\\pipe\\" + pipe, "rw")) {
                editor.write((frame("{\"method\":\"initialized\"}") + frame(HELLO) + frame(
                        "{\"id\": \"b\"}")).getBytes(UTF_8));
                assertThat(answer(editor)).contains("\"id\":1,");
                assertThat(answer(editor)).contains("\"id\":\"b\",");
                editor.write("nonsense\r\n\r\n".getBytes(UTF_8));
                assertThatThrownBy(() -> answer(editor)).isInstanceOf(IOException.class);
            }
            console.pressEnter();
        }
    }

    private static String frame(final String message) {
        return "Content-Length: " + message.getBytes(UTF_8).length + "\r\n\r\n" + message;
    }

    private static String answer(final RandomAccessFile editor) throws Exception {
        final StringBuilder header = new StringBuilder();
        while (!header.toString().endsWith("\r\n\r\n")) {
            header.append((char) editor.readByte());
        }
        final byte[] body = new byte[Integer.parseInt(header.substring("Content-Length: ".length()).trim())];
        editor.readFully(body);
        return new String(body, UTF_8);
    }

    /** The messages in a stream of which a read brings a few bytes at a time, or as many as there is room for. */
    private static List<String> messages(final byte[] stream, final int step) throws ProtocolException {
        final LanguageServer.Inbox inbox = new LanguageServer.Inbox();
        final List<String> messages = new ArrayList<>();
        int count;
        for (int i = 0; i < stream.length; i += count) {
            count = Math.min(Math.min(step, stream.length - i), inbox.room().remaining());
            inbox.room().duplicate().put(stream, i, count);
            inbox.received(count);
            for (String message = inbox.next(); message != null; message = inbox.next()) {
                messages.add(message);
            }
        }
        return messages;
    }
}

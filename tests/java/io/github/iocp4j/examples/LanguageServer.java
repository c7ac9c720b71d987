package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers the messages of editors on a pipe, framed as the Language Server Protocol says. */
public final class LanguageServer {
    private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*(\\d+|\"[^\"]*\")");

    private LanguageServer() {
    }

    /** Serves until Enter is pressed. */
    public static void main(final String[] args) throws IOException {
        try (CompletionPort port = CompletionPort.open(LanguageServer::onCompletion);
                NamedPipeServer server = NamedPipeServer.builder(port, args[0]).open()) {
            System.out.println("Serving " + server.name() + "; press Enter to end");
            System.in.read();
        }
    }

    static void onCompletion(final Completion completion) {
        if (completion.status() != Win32Error.SUCCESS) {
            if (completion.opcode() != Opcode.ACCEPT) {
                completion.device().close(); // the editor has gone
            }
            return;
        }
        final NamedPipe pipe = (NamedPipe) completion.device();
        try {
            if (completion.opcode() == Opcode.ACCEPT) {
                pipe.attach(new Inbox());
            } else if (completion.opcode() == Opcode.READ) {
                ((Inbox) pipe.attachment()).received(completion.bytes());
            }
            proceed(pipe, (Inbox) pipe.attachment());
        } catch (final ProtocolException e) {
            pipe.close(); // after one malformed frame, the stream cannot be parsed
        } catch (final DeviceClosedException e) {
            // The port is being closed: the connection ends here.
        }
    }

    /** Answers one message, or reads on. An editor that does not read its answers is not read from either. */
    private static void proceed(final NamedPipe pipe, final Inbox inbox) throws ProtocolException {
        for (String message = inbox.next(); message != null; message = inbox.next()) {
            final String answer = answer(message);
            if (answer != null) {
                final byte[] body = answer.getBytes(UTF_8);
                final byte[] header = ("Content-Length: " + body.length + "\r\n\r\n").getBytes(US_ASCII);
                pipe.write(ByteBuffer.allocateDirect(header.length + body.length).put(header).put(body).flip(), 0);
                return;
            }
        }
        pipe.read(inbox.room(), 0);
    }

    /** A real server parses the JSON and does what the method says. Null for a message that wants no answer. */
    private static String answer(final String message) {
        final Matcher id = ID.matcher(message);
        return id.find() ? "{\"jsonrpc\":\"2.0\",\"id\":" + id.group(1)
                + ",\"error\":{\"code\":-32601,\"message\":\"no such method\"}}" : null;
    }

    /** Cuts what comes from one editor into messages, however the reads have cut it. */
    static final class Inbox {
        private static final int LONGEST_HEADER = 4096;
        private static final int LONGEST_MESSAGE = 1 << 20;
        private static final Pattern LENGTH = Pattern.compile("(?imd)^Content-Length: *(\\d{1,9})\r$");

        /** Up to its position: what has come and was not taken. */
        private ByteBuffer bytes = ByteBuffer.allocateDirect(LONGEST_HEADER);
        /** How much of it has been searched for the end of a header. */
        private int searched;
        /** The length of the message that begins here, or -1 where a header begins. */
        private int length = -1;

        /** Where the next bytes go, from position to limit. */
        ByteBuffer room() {
            return bytes;
        }

        void received(final int count) {
            bytes.position(bytes.position() + count);
        }

        /** The next message, or null when it has not come whole. */
        String next() throws ProtocolException {
            if (length < 0 && !takeHeader() || bytes.position() < length) {
                return null;
            }
            final String message = UTF_8.decode(bytes.duplicate().position(0).limit(length)).toString();
            drop(length);
            length = -1;
            return message;
        }

        private boolean takeHeader() throws ProtocolException {
            while (searched + 4 <= bytes.position()) {
                // The four bytes of "\r\n\r\n".
                if (bytes.getInt(searched) == 0x0d0a0d0a) {
                    final Matcher found = LENGTH.matcher(
                            US_ASCII.decode(bytes.duplicate().position(0).limit(searched + 2)));
                    if (!found.find() || Integer.parseInt(found.group(1)) > LONGEST_MESSAGE) {
                        throw new ProtocolException("no Content-Length, or too large a one");
                    }
                    length = Integer.parseInt(found.group(1));
                    drop(searched + 4);
                    return true;
                }
                searched++;
            }
            if (bytes.position() >= LONGEST_HEADER) {
                throw new ProtocolException("a header without an end");
            }
            return false;
        }

        /** Forgets the first bytes, and sees to it that the message which is coming has room. */
        private void drop(final int count) {
            final ByteBuffer rest = bytes.flip().position(count);
            bytes = length <= rest.capacity() ? rest.compact() : ByteBuffer.allocateDirect(length).put(rest);
            searched = 0;
        }
    }
}

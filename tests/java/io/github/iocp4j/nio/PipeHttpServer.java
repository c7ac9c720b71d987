package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.util.Collection;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;

/** As much of HTTP/1.1 as the tests of clients need, on a pipe; one thread for each connection. */
final class PipeHttpServer implements AutoCloseable {

    final String pipe = PipePair.newName();
    final AtomicInteger connections = new AtomicInteger();
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final PipeServerSocket server;
    private final Handler handler;
    private final Collection<PipeSocket> open = new ConcurrentLinkedQueue<>();

    /** Answers requests. */
    interface Handler {
        /**
         * Answers one.
         *
         * @param body the checksum of the body
         * @param in what the client sends after the request
         */
        void answer(String target, CRC32 body, InputStream in, PipeSocket socket) throws Exception;
    }

    PipeHttpServer(final PipeMode mode, final Handler handler) throws IOException {
        this.handler = handler;
        server = new PipeServerSocket(NamedPipeServer.builder(Streams.port(), pipe).mode(mode), 0);
        final Thread thread = new Thread(this::accept, "http-accept");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        closeConnections();
    }

    /** Closes the connections that wait for a request, which a client notices when it uses them again. */
    void closeConnections() throws IOException {
        for (final PipeSocket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                final PipeSocket socket = server.accept();
                connections.incrementAndGet();
                open.add(socket);
                final Thread thread = new Thread(() -> serve(socket), "http");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (final IOException closed) {
            if (!server.isClosed()) {
                failures.add(closed);
            }
        }
    }

    private void serve(final PipeSocket socket) {
        try (socket) {
            final InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String request = line(in); !request.isEmpty(); request = line(in)) {
                handler.answer(request.split(" ")[1], body(in), in, socket);
            }
        } catch (final SocketException gone) {
            if (!gone.getMessage().equals("Socket closed") && !gone.getMessage().equals("Pipe closed")) {
                failures.add(gone);
            }
        } catch (final Throwable thrown) {
            failures.add(thrown);
        }
    }

    /** Sends a complete answer. */
    static void send(final OutputStream out, final String content) throws IOException {
        out.write(text("HTTP/1.1 200 OK\r\nContent-Length: " + content.length() + "\r\n\r\n" + content));
    }

    /** Begins an answer in chunks. */
    static void beginChunks(final OutputStream out) throws IOException {
        out.write(text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
    }

    /** Sends a chunk; one without content is the last. */
    static void sendChunk(final OutputStream out, final byte[] content) throws IOException {
        final ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk.writeBytes(text(Integer.toHexString(content.length) + "\r\n"));
        chunk.writeBytes(content);
        chunk.writeBytes(text("\r\n"));
        chunk.writeTo(out);
    }

    static byte[] text(final String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** Reads headers and body; returns the checksum of the body. */
    private static CRC32 body(final InputStream in) throws IOException {
        long length = 0;
        boolean chunked = false;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            final String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(lower.substring(15).trim());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
        }
        final CRC32 checksum = new CRC32();
        if (!chunked) {
            add(in, length, checksum);
        } else {
            for (int size = chunk(in); size > 0; size = chunk(in)) {
                add(in, size, checksum);
                line(in);
            }
            line(in);
        }
        return checksum;
    }

    private static int chunk(final InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static void add(final InputStream in, final long length, final CRC32 checksum) throws IOException {
        final byte[] part = new byte[16_384];
        for (long left = length; left > 0;) {
            final int read = in.read(part, 0, (int) Math.min(left, part.length));
            if (read < 0) {
                throw new IOException("The body has ended early");
            }
            checksum.update(part, 0, read);
            left -= read;
        }
    }

    /** Returns the line without its end; empty at the end of the data. */
    private static String line(final InputStream in) throws IOException {
        final ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int read = in.read(); read >= 0 && read != '\n'; read = in.read()) {
            if (read != '\r') {
                line.write(read);
            }
        }
        return line.toString(ISO_8859_1);
    }
}

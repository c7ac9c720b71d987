package io.github.iocp4j.nio;

import io.github.iocp4j.pipe.PipeMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.zip.CRC32;

/** A small stand-in of Docker's engine, on a pipe in message mode, as Docker's own is. */
final class DockerEngine implements AutoCloseable, PipeHttpServer.Handler {
    static final int STDOUT = 1;
    static final int STDERR = 2;

    final PipeHttpServer server = new PipeHttpServer(PipeMode.MESSAGE, this);
    /** Each permit lets the container print one more line. */
    final Semaphore lines = new Semaphore(0);
    /** Counted down when the client that follows the log has gone. */
    final CountDownLatch unfollowed = new CountDownLatch(1);

    DockerEngine() throws IOException {
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    @Override
    public void answer(final String target, final CRC32 body, final InputStream in, final PipeSocket socket)
            throws Exception {
        final OutputStream out = socket.getOutputStream();
        if (target.endsWith("/version")) {
            PipeHttpServer.send(out, "{\"Version\":\"28.0.1\",\"ApiVersion\":\"1.48\",\"Os\":\"windows\"}");
        } else if (target.contains("/containers/json")) {
            PipeHttpServer.send(out, "[{\"Id\":\"one\",\"Image\":\"first\"},{\"Id\":\"two\",\"Image\":\"second\"}]");
        } else if (target.contains("/attach")) {
            // From here on the connection is the container's standard streams.
            out.write(PipeHttpServer.text(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n\r\n"));
            echo(in, out);
            socket.close();
        } else if (target.contains("/logs")) {
            follow(out);
        } else if (target.contains("/wait")) {
            // The engine ends in the middle of an answer.
            PipeHttpServer.beginChunks(out);
            socket.close();
        } else {
            out.write(PipeHttpServer.text(
                    "HTTP/1.1 404 Not Found\r\nContent-Length: 27\r\n\r\n{\"message\":\"not found here\"}"));
        }
    }

    /** The container prints what it reads as it comes, and at the end how much it was. */
    private static void echo(final InputStream in, final OutputStream out) throws IOException {
        final byte[] part = new byte[10_000];
        long bytes = 0;
        for (int read = in.read(part); read >= 0; read = in.read(part)) {
            bytes += read;
            out.write(frame(STDOUT, part, read));
        }
        final byte[] total = PipeHttpServer.text(Long.toString(bytes));
        out.write(frame(STDERR, total, total.length));
    }

    private void follow(final OutputStream out) throws Exception {
        PipeHttpServer.beginChunks(out);
        for (int line = 0;; line++) {
            lines.acquire();
            final byte[] text = PipeHttpServer.text("line " + line + "\n");
            try {
                PipeHttpServer.sendChunk(out, frame(STDOUT, text, text.length));
            } catch (final IOException gone) {
                unfollowed.countDown();
                throw gone;
            }
        }
    }

    private static byte[] frame(final int stream, final byte[] content, final int length) {
        final ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(ByteBuffer.allocate(8).put(0, (byte) stream).putInt(4, length).array());
        frame.write(content, 0, length);
        return frame.toByteArray();
    }
}

package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/** The same with {@link ServerSocket}, whose calls block, and so with a thread for each client. */
final class SocketEchoThreads implements Workload {
    private static final int BUFFER = 8192;

    private final Pause pause;
    private final ServerSocket server;

    /** Arguments: how many milliseconds each message takes. */
    SocketEchoThreads(final List<String> arguments) throws IOException {
        pause = new Pause(arguments.get(0));
        server = new ServerSocket(0, Integer.MAX_VALUE, InetAddress.getLoopbackAddress());
        new Thread(this::accept, "accept").start();
    }

    @Override
    public String address() {
        return String.valueOf(server.getLocalPort());
    }

    private void accept() {
        try {
            for (;;) {
                final Socket client = server.accept();
                new Thread(() -> serve(client)).start();
            }
        } catch (final IOException failed) {
            failed.printStackTrace();
        }
    }

    private void serve(final Socket client) {
        final byte[] buffer = new byte[BUFFER];
        try (client) {
            client.setTcpNoDelay(true);
            final InputStream in = client.getInputStream();
            final OutputStream out = client.getOutputStream();
            for (int bytes = in.read(buffer); bytes > 0; bytes = in.read(buffer)) {
                pause.take();
                out.write(buffer, 0, bytes);
            }
        } catch (final IOException gone) {
            // So it is closed.
        }
    }
}

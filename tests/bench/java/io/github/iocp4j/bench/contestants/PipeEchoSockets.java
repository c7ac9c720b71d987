package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/** The same as code for sockets, with a thread for each client, which waits in a read. */
final class PipeEchoSockets implements Workload {
    private static final int BUFFER = 8192;

    private final String name;
    private final ServerSocket server;

    /** Opens a server socket on a pipe: each library has its own. */
    interface Opening {
        ServerSocket open(String path) throws IOException;
    }

    /** Arguments: the pipe. */
    PipeEchoSockets(final Opening library, final List<String> arguments) throws IOException {
        name = arguments.get(0);
        server = library.open("\\\\.\\pipe\\" + name);
        new Thread(this::accept, "accept").start();
    }

    @Override
    public String address() {
        return name;
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

    private static void serve(final Socket client) {
        final byte[] buffer = new byte[BUFFER];
        try (client) {
            final InputStream in = client.getInputStream();
            final OutputStream out = client.getOutputStream();
            for (int bytes = in.read(buffer); bytes > 0; bytes = in.read(buffer)) {
                out.write(buffer, 0, bytes);
            }
        } catch (final IOException gone) {
            // The client has left; each library reports that in its own way.
            return;
        }
    }
}

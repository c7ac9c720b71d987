package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.scalasbt.ipcsocket.Win32NamedPipeServerSocket;
import org.scalasbt.ipcsocket.Win32SecurityLevel;

/** The same with sbt's ipcsocket, which blocks, and so with a thread for each client. */
final class PipeEchoIpcsocket implements Workload {
    private static final int BUFFER = 8192;

    private final String name;
    private final ServerSocket server;

    /** Arguments: the pipe. */
    PipeEchoIpcsocket(final List<String> arguments) throws IOException {
        name = arguments.get(0);
        server = new Win32NamedPipeServerSocket("\\\\.\\pipe\\" + name, true, Win32SecurityLevel.NO_SECURITY);
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

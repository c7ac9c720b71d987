package io.github.iocp4j.examples;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.socket.AfterDisconnect;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Sends back whatever TCP clients send, and parts from those that are silent for too long. */
public final class TcpServer implements CompletionListener {
    private static final int MOST_CLIENTS = 10_000;

    private final Duration silence;

    TcpServer(final Duration silence) {
        this.silence = silence;
    }

    /** Serves on a TCP port of this machine until Enter is pressed. */
    public static void main(final String[] args) throws IOException {
        final InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        final TcpServer listener = new TcpServer(Duration.ofMinutes(1));
        try (CompletionPort port = CompletionPort.builder(listener).operations(MOST_CLIENTS).open();
                SocketServer server = SocketServer.builder(port, address).open()) {
            System.out.println("Serving " + server.name() + "; press Enter to end");
            System.in.read();
        }
    }

    /** Called by the port's workers, several at once. Each connection has one operation in flight at a time. */
    @Override
    public void onCompletion(final Completion completion) {
        if (completion.status() != Win32Error.SUCCESS) {
            if (completion.opcode() != Opcode.ACCEPT) {
                completion.device().close(); // silent, reset, or gone
            }
            return;
        }
        final StreamSocket client = (StreamSocket) completion.device();
        try {
            onSuccess(client, completion.opcode(), completion.bytes());
        } catch (final OperationLimitException e) {
            client.close(); // one client too many
        } catch (final DeviceClosedException e) {
            // The port is being closed: the connection ends here.
        }
    }

    private void onSuccess(final StreamSocket client, final Opcode opcode, final int bytes) {
        switch (opcode) {
            case ACCEPT:
                client.attach(ByteBuffer.allocateDirect(4096));
                read(client);
                break;
            case READ:
                if (bytes > 0) {
                    // The next read waits for this: who does not listen cannot fill our memory.
                    client.write(((ByteBuffer) client.attachment()).limit(bytes), silence, 0);
                } else {
                    client.disconnect(AfterDisconnect.CLOSE, 0); // it has said all, and gets all of its answers
                }
                break;
            case WRITE:
                read(client);
                break;
            default:
                client.close(); // disconnected
        }
    }

    private void read(final StreamSocket client) {
        client.read(((ByteBuffer) client.attachment()).clear(), silence, 0);
    }
}

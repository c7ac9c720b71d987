package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.StreamSocket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;

/** The echo server of README, optionally with inline completions. */
final class EchoListener implements CompletionListener {
    private static final int BUFFER = 8192;

    private final boolean inline;
    private final Pause pause;

    EchoListener(final boolean inline, final Pause pause) {
        this.inline = inline;
        this.pause = pause;
    }

    @Override
    public void onCompletion(final Completion completion) {
        if (completion.status() != Win32Error.SUCCESS) {
            if (completion.opcode() != Opcode.ACCEPT) {
                completion.device().close(); // the client has gone
            }
            return;
        }
        final StreamDevice client = (StreamDevice) completion.device();
        try {
            switch (completion.opcode()) {
                case ACCEPT:
                    serve(client);
                    break;
                case READ:
                    goOn(client, true, completion.bytes());
                    break;
                default:
                    goOn(client, false, 0);
            }
        } catch (final DeviceClosedException | Win32Exception e) {
            client.close();
        }
    }

    /** Begins to serve a new connection. */
    void serve(final StreamDevice client) throws Win32Exception {
        client.attach(ByteBuffer.allocateDirect(BUFFER));
        if (client instanceof StreamSocket) {
            ((StreamSocket) client).option(StandardSocketOptions.TCP_NODELAY, true);
        }
        if (inline) {
            client.completeInline();
        }
        goOn(client, false, 0);
    }

    /** Writes the data that was read, or reads, and continues while operations complete inline. */
    private void goOn(final StreamDevice client, final boolean toWrite, final int bytes) {
        final ByteBuffer buffer = (ByteBuffer) client.attachment();
        if (toWrite && bytes == 0) {
            client.close(); // the end of a socket's input
            return;
        }
        boolean writes = toWrite;
        int length = bytes;
        for (;;) {
            if (writes) {
                pause.take();
            }
            final long started =
                    writes ? client.write(buffer.clear().limit(length), 0) : client.read(buffer.clear(), 0);
            if (!InlineCompletion.is(started)) {
                return;
            }
            length = InlineCompletion.bytes(started);
            writes = !writes;
        }
    }
}

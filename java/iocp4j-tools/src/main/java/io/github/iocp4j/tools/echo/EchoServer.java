package io.github.iocp4j.tools.echo;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.tools.terminal.Notices;
import java.io.PrintStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Echoes to its clients. */
final class EchoServer implements CompletionListener {
    private static final int BUFFER = 8192;

    private final int maxConnections;
    private final PrintStream notices;
    private final InlineRequest inline;
    private final AtomicInteger open = new AtomicInteger();
    private final Queue<ByteBuffer> spare = new ConcurrentLinkedQueue<>();
    private final LongAdder served = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final CountDownLatch asked = new CountDownLatch(1);

    EchoServer(final int maxConnections, final PrintStream notices) {
        this(maxConnections, notices, Device::completeInline);
    }

    EchoServer(final int maxConnections, final PrintStream notices, final InlineRequest inline) {
        this.maxConnections = maxConnections;
        this.notices = notices;
        this.inline = inline;
    }

    /** Makes a device complete inline, if it can. */
    interface InlineRequest {
        void ask(Device device) throws Win32Exception;
    }

    /** Asks the server to end; any thread may call this. */
    void stop() {
        asked.countDown();
    }

    void awaitStop() throws InterruptedException {
        asked.await();
    }

    void print(final PrintStream out) {
        out.println("connections: " + served.sum());
        out.println("refused: " + refused.sum());
        out.println("lost: " + lost.sum());
        out.println("bytes: " + bytes.sum());
    }

    @Override
    public void onCompletion(final Completion completion) {
        if (completion.opcode() != Opcode.ACCEPT) {
            goOn((EchoConnection) completion.device().attachment(), completion.opcode(), completion.status(),
                    completion.bytes());
        } else if (completion.status() == Win32Error.SUCCESS) {
            accept(completion.device());
        } else {
            Notices.print(notices, "echo", "could not accept a client: " + completion.error().getMessage());
        }
    }

    private void accept(final Device device) {
        if (open.incrementAndGet() > maxConnections) {
            open.decrementAndGet();
            refused.increment();
            device.close();
            return;
        }
        served.increment();
        final EchoConnection connection = new EchoConnection((StreamDevice) device, buffer());
        device.attach(connection);
        try {
            if (device instanceof StreamSocket) {
                ((StreamSocket) device).option(StandardSocketOptions.TCP_NODELAY, true);
            }
            requestInline(device);
            converse(connection, Opcode.WRITE, 0);
        } catch (final DeviceClosedException | Win32Exception gone) {
            end(connection);
        }
    }

    /** If that fails, all completions come through the port, and the client is still served. */
    private void requestInline(final Device device) {
        try {
            inline.ask(device);
        } catch (final Win32Exception expected) {
            // For example a socket of a layered service provider. If the client has gone, its first read reports that.
        }
    }

    private void goOn(final EchoConnection connection, final Opcode opcode, final int status, final int count) {
        final boolean over = opcode == Opcode.READ && isEnd(connection, status, count);
        if (status != Win32Error.SUCCESS || over) {
            if (!over) {
                lost.increment();
            }
            end(connection);
            return;
        }
        try {
            converse(connection, opcode, count);
        } catch (final DeviceClosedException leaving) {
            end(connection);
        }
    }

    /** Whether this completion of a read is the client's end of the connection, or ours when the server ends. */
    private static boolean isEnd(final EchoConnection connection, final int status, final int count) {
        switch (status) {
            case Win32Error.SUCCESS:
                return count == 0 && connection.endsWithoutBytes();
            case Win32Error.BROKEN_PIPE:
            case Win32Error.HANDLES_CLOSED:
            case Win32Error.OPERATION_ABORTED:
                return true;
            default:
                return false;
        }
    }

    /** Writes the data that was read, reads again, and so on until an operation is pending. */
    private void converse(final EchoConnection connection, final Opcode opcode, final int count) {
        boolean heard = opcode == Opcode.READ && count > 0;
        int moved = count;
        for (;;) {
            if (heard) {
                bytes.add(moved);
            }
            final long started = heard ? connection.write(moved) : connection.read();
            if (!InlineCompletion.is(started)) {
                return;
            }
            moved = InlineCompletion.bytes(started);
            heard = !heard;
        }
    }

    /** Ends a connection that has no operation in flight. */
    private void end(final EchoConnection connection) {
        connection.device().close();
        spare.add(connection.buffer());
        open.decrementAndGet();
    }

    private ByteBuffer buffer() {
        final ByteBuffer used = spare.poll();
        return used != null ? used : ByteBuffer.allocateDirect(BUFFER);
    }
}

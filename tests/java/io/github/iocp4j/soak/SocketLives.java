package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DetachedDevice;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.socket.BufferList;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Servers of sockets and pipes that accept on demand and give each connection to another port, which may be closed
 * already: each time some connections are associated, some are closed and some are not taken, and everything is closed
 * in another order.
 */
final class SocketLives implements AutoCloseable {
    private static final int CLIENTS = 6;
    private static final int MESSAGE = 64;
    private static final int PAUSE_MILLIS = 200;
    /** Less than the time after which a soak is overdue, so that it still prints what does not close. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Ledger ledger;
    private final Lives lives;

    SocketLives(final Ledger ledger) {
        this.ledger = ledger;
        lives = new Lives("soak-socket-lives", ledger, this::live);
    }

    int ended() {
        return lives.ended();
    }

    @Override
    public void close() {
        lives.close();
    }

    private void live(final int number) throws Win32Exception, InterruptedException {
        new Life(number).live();
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }

    /** One server, its clients, and the ports of both. */
    private final class Life {
        private final int number;
        private final CompletionPort acceptors;
        private final CompletionPort polled;
        private final Thread poller;
        private final AtomicInteger turn = new AtomicInteger();

        Life(final int number) throws Win32Exception {
            this.number = number;
            acceptors = CompletionPort.batchBuilder(this::onCompletions).name("soak-accept").workers(2)
                    .exceptionHandler((completion, thrown) -> { }).open();
            polled = CompletionPort.batchBuilder(this::onCompletions).name("soak-polled").polled()
                    .exceptionHandler((completion, thrown) -> ledger.fault("a polled listener has thrown " + thrown))
                    .open();
            final CompletionPoller opened = polled.openPoller();
            poller = new Thread(() -> poll(opened), "soak-poller");
            poller.start();
        }

        void live() throws Win32Exception, InterruptedException {
            if (number % 2 == 0) {
                liveWithSockets();
            } else {
                liveWithPipes();
            }
            poller.join();
        }

        private void liveWithPipes() throws Win32Exception, InterruptedException {
            final String name = "iocp4j-soak-lives-" + ProcessHandle.current().pid() + "-" + number;
            final NamedPipeServer server = NamedPipeServer.builder(acceptors, name).listening(0).detached().open();
            final List<StreamDevice> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                ledger.accept(server, i == 0 ? PAUSE_MILLIS : 0);
                clients.add(ledger.connect(NamedPipeClient.builder(polled, name).timeout(TIMEOUT)));
            }
            server.cancel(ledger.accept(server, 0));
            ledger.accept(server, 0);
            end(server, clients);
        }

        private void liveWithSockets() throws Win32Exception, InterruptedException {
            final DetachedSocket<StreamSocket> bound = DetachedSocket.stream(StandardProtocolFamily.INET);
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            final SocketServer server = SocketServer.from(acceptors, bound).listening(0).detached().open();
            final List<StreamDevice> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                ledger.accept(server, i == 0 ? PAUSE_MILLIS : 0);
                clients.add(connect(server.localAddress()));
            }
            server.cancel(ledger.accept(server, 0));
            ledger.accept(server, 0);
            misuse(bound);
            if (number % 3 != 0) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS / 4);
            }
            end(server, clients);
        }

        private StreamSocket connect(final SocketAddress address) throws Win32Exception {
            final StreamSocket client = DetachedSocket.stream(StandardProtocolFamily.INET).associate(polled);
            ledger.connect(client, address);
            return client;
        }

        private void misuse(final DetachedSocket<StreamSocket> gone) throws Win32Exception {
            try {
                gone.associate(polled);
                ledger.fault("a socket was associated twice");
            } catch (final DeviceClosedException refused) {
                // As it should be.
            }
        }

        private void end(final Device server, final List<StreamDevice> clients) throws InterruptedException {
            switch (number % 4) {
                case 0:
                    clients.forEach(StreamDevice::close);
                    break;
                case 1:
                    polled.close(Duration.ZERO);
                    break;
                case 2:
                    acceptors.close(Duration.ZERO);
                    break;
                default:
                    server.close(Duration.ZERO);
                    break;
            }
            boolean closed = server.close(TIMEOUT);
            closed &= acceptors.close(TIMEOUT);
            closed &= polled.close(TIMEOUT);
            if (!closed) {
                ledger.fault("in life " + number + " something does not close: " + server + left(acceptors)
                        + left(polled));
                ledger.balances();
            }
        }

        /** What a port still has, if it has not ended. */
        private String left(final CompletionPort port) {
            try {
                final PortSnapshot now = port.snapshot();
                return "; " + port + ", " + now + ", " + now.devices() + ", queued " + now.queuedPackets();
            } catch (final PortClosedException ended) {
                return "";
            }
        }

        private void poll(final CompletionPoller opened) {
            try {
                for (;;) {
                    opened.poll();
                }
            } catch (final PortClosedException over) {
                opened.close();
            }
        }

        private void onCompletions(final CompletionBatch batch) {
            boolean throwing = false;
            for (int i = 0; i < batch.size(); i++) {
                ledger.settle(batch, i);
                if (batch.status(i) != Win32Error.SUCCESS) {
                    continue;
                }
                if (batch.opcode(i) == Opcode.CONNECT) {
                    talk((StreamDevice) batch.device(i));
                } else if (batch.opcode(i) == Opcode.ACCEPT) {
                    throwing |= accepted(batch, i);
                }
            }
            if (throwing) {
                throw new IllegalStateException("thrown on purpose, after a connection that was not taken");
            }
        }

        /** Returns whether the connection is left to the library. */
        private boolean accepted(final CompletionBatch batch, final int index) {
            final int what = turn.incrementAndGet() % 4;
            if (what == 0) {
                return true;
            }
            final DetachedDevice<?> connection = batch.detached(index);
            if (what == 1) {
                connection.close();
                return false;
            }
            try {
                talk((StreamDevice) connection.associate(polled));
            } catch (final PortClosedException over) {
                connection.close();
            } catch (final Win32Exception refused) {
                ledger.fault("a connection was not associated: " + refused);
            }
            return false;
        }

        private void talk(final StreamDevice device) {
            try {
                ledger.write(device, 0, ByteBuffer.allocateDirect(MESSAGE), MESSAGE, 0);
                ledger.read(device, 0, ByteBuffer.allocateDirect(MESSAGE), 0);
                ledger.read(device, 0, ByteBuffer.allocateDirect(MESSAGE), PAUSE_MILLIS);
                if (!(device instanceof StreamSocket)) {
                    return;
                }
                final StreamSocket socket = (StreamSocket) device;
                final BufferList list = new BufferList().add(ByteBuffer.allocateDirect(MESSAGE))
                        .add(ByteBuffer.allocateDirect(MESSAGE));
                ledger.gather(socket, list);
                ledger.scatter(socket, list, 0);
                ledger.scatter(socket, list.clear().add(ByteBuffer.allocateDirect(MESSAGE)), PAUSE_MILLIS);
                if (number % 2 == 0) {
                    socket.shutdownInput();
                }
            } catch (final DeviceClosedException | OperationLimitException over) {
                // The life is over.
            } catch (final Win32Exception gone) {
                // The peer is gone, so that there is no input.
            }
        }
    }
}

package io.github.iocp4j;

import io.github.iocp4j.device.AdoptedDevice;
import io.github.iocp4j.file.DirectoryWatch;
import io.github.iocp4j.file.FileShare;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.FakeNativeHost;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.fixtures.VirtualThreads;
import io.github.iocp4j.internal.loader.NativeLibrary;
import io.github.iocp4j.internal.loader.NativeLibrarySearch;
import io.github.iocp4j.nio.PipeServerSocket;
import io.github.iocp4j.nio.PipeSocket;
import io.github.iocp4j.nio.Streams;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * A program whose virtual threads share one carrier. Two of them depend on each other: if the first one keeps the
 * carrier while it waits in a call of the facade, the program never ends.
 */
final class VirtualThreadsProbe {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final String FACADE = VirtualThreadsProbe.class.getPackageName() + '.';

    private VirtualThreadsProbe() {
    }

    /** A call in which a thread waits until another thread has done something. */
    enum Wait {
        /** Until the peer has read everything. */
        FLUSH_OF_A_PIPE {
            @Override
            void prove() throws Exception {
                final Recorder recorder = new Recorder();
                try (CompletionPort port = CompletionPort.open(recorder)) {
                    final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
                    pair.client.write(PipePair.buffer("x"), 1);
                    recorder.nextSuccess(Opcode.WRITE);
                    inTurn(pair.client::flush, () -> pair.server.read(ByteBuffer.allocateDirect(1), 2));
                }
            }
        },
        /** Until an instance of the pipe is free. */
        CONNECTING_TO_A_BUSY_PIPE {
            @Override
            void prove() throws Exception {
                final Recorder recorder = new Recorder();
                try (CompletionPort port = CompletionPort.open(recorder)) {
                    final String name = PipePair.newName();
                    NamedPipeServer.builder(port, name).listening(1).maxInstances(1).open();
                    NamedPipeClient.builder(port, name).connect();
                    final NamedPipe busy = (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device;
                    inTurn(() -> NamedPipeClient.builder(port, name).timeout(LONG).connect(), busy::disconnect);
                }
            }
        },
        /** Until the listener has returned. */
        CLOSE_OF_A_DEVICE {
            @Override
            void prove() throws Exception {
                final Stall stall = new Stall();
                try (CompletionPort port = CompletionPort.open(stall)) {
                    final PipePair pair = stall.pipe(port);
                    inTurn(() -> check(pair.client.close(LONG)), stall.end::countDown);
                }
            }
        },
        /** Until the listener has returned. */
        CLOSE_OF_A_PORT {
            @Override
            void prove() throws Exception {
                final Stall stall = new Stall();
                final CompletionPort port = CompletionPort.open(stall);
                stall.pipe(port);
                inTurn(() -> check(port.close(LONG)), stall.end::countDown);
            }
        },
        /** Until a packet has been posted. */
        POLL {
            @Override
            void prove() throws Exception {
                final List<Thread> heard = new ArrayList<>();
                try (CompletionPort port = polled(completion -> heard.add(Thread.currentThread()));
                        CompletionPoller poller = port.openPoller()) {
                    final List<Thread> polling = new ArrayList<>();
                    inTurn(() -> {
                        polling.add(Thread.currentThread());
                        check(poller.poll() == 1);
                    }, () -> port.post(0, 0, 0));
                    check(heard.equals(polling));
                }
            }
        },
        /** Until something has been posted, or the time is up. */
        POLL_WITH_A_TIMEOUT {
            @Override
            void prove() throws Exception {
                final AtomicInteger heard = new AtomicInteger();
                try (CompletionPort port = polled(completion -> heard.incrementAndGet());
                        CompletionPoller poller = port.openPoller()) {
                    inTurn(() -> check(poller.poll(Integer.MAX_VALUE) == 1), () -> port.post(0, 0, 0));
                    inTurn(() -> check(poller.poll(1) == 0 && poller.poll(0) == 0), () -> { });
                    check(heard.get() == 1);
                }
            }
        },
        /** Until it is woken. */
        POLL_THAT_IS_WOKEN {
            @Override
            void prove() throws Exception {
                try (CompletionPort port = polled(completion -> { }); CompletionPoller poller = port.openPoller()) {
                    inTurn(() -> check(poller.poll() == 0), port::wakeUp);
                }
            }
        },
        /** For each other, each thread with its own poller. */
        POLLS_OF_TWO_THREADS {
            @Override
            void prove() throws Exception {
                try (CompletionPort first = polled(completion -> { });
                        CompletionPort second = polled(completion -> { });
                        CompletionPoller one = first.openPoller(); CompletionPoller other = second.openPoller()) {
                    inTurn(() -> {
                        check(one.poll() == 1);
                        second.post(0, 0, 0);
                    }, () -> {
                        first.post(0, 0, 0);
                        check(other.poll() == 1);
                    });
                }
            }
        },
        /** For the listener, which runs on the polling thread and may park. */
        LISTENER_OF_A_POLL {
            @Override
            void prove() throws Exception {
                final CountDownLatch go = new CountDownLatch(1);
                try (CompletionPort port = polled(completion -> Uninterruptibly.await(go));
                        CompletionPoller poller = port.openPoller()) {
                    port.post(0, 0, 0);
                    inTurn(() -> check(poller.poll() == 1), go::countDown);
                }
            }
        },
        /** Until the listener of another poll has returned. */
        CLOSE_OF_A_POLLED_PORT {
            @Override
            void prove() throws Exception {
                final Stall stall = new Stall();
                final CompletionPort port = polled(stall);
                final Thread other = new Thread(() -> port.openPoller().poll());
                other.start();
                port.post(0, 0, 0);
                stall.begun.await();
                inTurn(() -> check(port.close(LONG)), stall.end::countDown);
                other.join();
            }
        },
        /** Until another thread has loaded it. */
        LOADING_OF_THE_LIBRARY {
            @Override
            void prove() throws Exception {
                final Path home = Files.createTempDirectory("iocp4j-virtual");
                final CountDownLatch go = new CountDownLatch(1);
                final FakeNativeHost host = new FakeNativeHost(home);
                host.properties.put("iocp4j.library.path", Files.createFile(home.resolve("iocp4j.dll")).toString());
                host.whenLoaded.add(file -> Uninterruptibly.await(go));
                final NativeLibrary library = new NativeLibrary(new NativeLibrarySearch(host));
                inTurn(library::loadOnce, library::loadOnce, go::countDown);
                check(host.loaded.size() == 1);
            }
        },
        /** For the disk, in blocking calls. */
        CALLS_ON_A_FILE {
            @Override
            void prove() throws Exception {
                final Path path = Files.createTempFile("iocp4j-virtual", null);
                try (CompletionPort port = CompletionPort.open(completion -> { })) {
                    final List<Device> opened = new ArrayList<>();
                    untilOthersRun(() -> opened.add(
                            OverlappedFile.builder(port, path).write().share(FileShare.values()).open()));
                    final OverlappedFile file = (OverlappedFile) opened.get(0);
                    untilOthersRun(() -> file.setSize(1));
                    untilOthersRun(() -> check(file.size() == 1));
                    untilOthersRun(file::flush);
                    untilOthersRun(() -> opened.add(
                            AdoptedDevice.open(port, path.toString(), AdoptedDevice.GENERIC_READ)));
                    untilOthersRun(() -> opened.add(DirectoryWatch.builder(port, path.getParent()).open()));
                }
                Files.delete(path);
            }
        },
        /** For bytes, and until the peer takes bytes. */
        STREAMS_OF_A_SOCKET {
            @Override
            void prove() throws Exception {
                try (PipeServerSocket listening = new PipeServerSocket(PipePair.newName());
                        PipeSocket client = new PipeSocket(listening.getLocalSocketAddress().toString());
                        PipeSocket server = listening.accept()) {
                    inTurn(() -> check(client.getInputStream().read() == 7), () -> server.getOutputStream().write(7));
                    final byte[] much = new byte[1 << 20];
                    inTurn(() -> client.getOutputStream().write(much),
                            () -> check(server.getInputStream().readNBytes(much.length).length == much.length));
                    inTurn(() -> check(client.getInputStream().read() == -1), server::close);
                }
            }
        },
        /** For a client, and for a free instance. */
        ACCEPT_AND_CONNECT_OF_SOCKETS {
            @Override
            void prove() throws Exception {
                try (PipeServerSocket listening = new PipeServerSocket(NamedPipeServer.builder(
                        Streams.port(), PipePair.newName()).listening(1).maxInstances(1), 1)) {
                    final String name = listening.getLocalSocketAddress().toString();
                    final List<PipeSocket> accepted = new ArrayList<>();
                    inTurn(() -> accepted.add(listening.accept()), () -> new PipeSocket(name));
                    inTurn(() -> new PipeSocket(name), accepted.get(0).pipe()::disconnect);
                    listening.accept();
                    inTurn(() -> {
                        try {
                            listening.accept();
                            throw new AssertionError("It is closed");
                        } catch (final SocketException closed) {
                            check(listening.isClosed());
                        }
                    }, listening::close);
                }
            }
        },
        /** For bytes, each thread in a read of its own socket. */
        TEN_THOUSAND_READS {
            @Override
            void prove() throws Exception {
                final int count = 10_000;
                final List<PipeSocket> clients = new ArrayList<>();
                final List<PipeSocket> servers = new ArrayList<>();
                try (PipeServerSocket listening = new PipeServerSocket(PipePair.newName())) {
                    for (int i = 0; i < count; i++) {
                        clients.add(new PipeSocket(listening.getLocalSocketAddress().toString()));
                        servers.add(listening.accept());
                    }
                }
                final List<CompletableFuture<Void>> reads = new ArrayList<>();
                for (final PipeSocket client : clients) {
                    reads.add(VirtualThreads.start(() -> check(client.getInputStream().read() == 7)));
                }
                while (Streams.port().snapshot().operationsInFlight() < count) {
                    Thread.sleep(1);
                }
                for (final PipeSocket server : servers) {
                    VirtualThreads.start(() -> server.getOutputStream().write(7));
                }
                for (final CompletableFuture<Void> read : reads) {
                    read.get();
                }
                for (int i = 0; i < count; i++) {
                    clients.get(i).close();
                    servers.get(i).close();
                }
            }
        },
        /** While it is interrupted: the interrupt does not end the call, and the status stays set. */
        INTERRUPTED {
            @Override
            void prove() throws Exception {
                final Stall stall = new Stall();
                try (CompletionPort port = CompletionPort.open(stall);
                        CompletionPort polled = polled(completion -> { });
                        CompletionPoller poller = polled.openPoller()) {
                    final PipePair pair = stall.pipe(port);
                    final CountDownLatch closing = new CountDownLatch(1);
                    final CompletableFuture<Thread> waiting = new CompletableFuture<>();
                    inTurn(() -> {
                        waiting.complete(Thread.currentThread());
                        check(poller.poll() == 1 && Thread.interrupted());
                        Thread.currentThread().interrupt();
                        closing.countDown();
                        check(pair.client.close(LONG) && Thread.interrupted());
                    }, () -> {
                        waiting.join().interrupt();
                        polled.post(0, 0, 0);
                        closing.await();
                        stall.end.countDown();
                    });
                }
            }
        };

        abstract void prove() throws Exception;
    }

    /** A listener that is called once and waits. */
    private static final class Stall implements CompletionListener {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch end = new CountDownLatch(1);
        private final CompletableFuture<NamedPipe> accepted = new CompletableFuture<>();

        @Override
        public void onCompletion(final Completion completion) {
            if (completion.opcode() != Opcode.ACCEPT) {
                begun.countDown();
                Uninterruptibly.await(end);
            } else if (completion.status() == Win32Error.SUCCESS) {
                accepted.complete((NamedPipe) completion.device());
            }
        }

        /** A pipe whose client's end has a completion in the listener. */
        PipePair pipe(final CompletionPort port) throws Exception {
            final PipePair pair = PipePair.open(port, PipeMode.BYTE, accepted::get);
            pair.client.write(PipePair.buffer("x"), 1);
            begun.await();
            return pair;
        }
    }

    /**
     * Runs all cases and prints the name of each that has ended; on standard error, which calls of the facade have
     * pinned the carrier.
     *
     * @param args none
     * @throws Exception when anything fails
     */
    public static void main(final String[] args) throws Exception {
        final Path file = Files.createTempFile("iocp4j-virtual", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO).withStackTrace();
            recording.start();
            for (final Wait wait : Wait.values()) {
                wait.prove();
                System.out.println(wait);
            }
            inTurn(Pin::touch);
            recording.stop();
            recording.dump(file);
        }
        final List<String> pinned = pinned(file);
        check(pinned.stream().anyMatch(stack -> stack.contains(Pin.class.getName())));
        pinned.stream().filter(VirtualThreadsProbe::isOfFacade).forEach(System.err::println);
    }

    /** Its initializer parks, which pins the carrier in every JVM: the recording must show it. */
    private static final class Pin {
        static {
            LockSupport.parkNanos(1);
        }

        private Pin() {
        }

        static void touch() {
            // The class is initialised by now.
        }
    }

    /** The stacks, innermost first, of all events of that kind. */
    private static List<String> pinned(final Path file) throws IOException {
        return RecordingFile.readAllEvents(file).stream().filter(event -> event.getStackTrace() != null)
                .map(VirtualThreadsProbe::stack).collect(Collectors.toList());
    }

    private static String stack(final RecordedEvent event) {
        return event.getStackTrace().getFrames().stream().map(RecordedFrame::getMethod)
                .map(method -> method.getType().getName() + '.' + method.getName()).collect(Collectors.joining(" < "));
    }

    private static boolean isOfFacade(final String stack) {
        return List.of(stack.split(" < ")).stream().anyMatch(frame -> frame.startsWith(FACADE)
                && !frame.startsWith(VirtualThreadsProbe.class.getName())
                && !frame.startsWith(VirtualThreads.class.getName()));
    }

    /** Begins the steps in this order, each on a virtual thread of its own, and waits for all. */
    private static void inTurn(final VirtualThreads.Step... steps) throws Exception {
        final List<CompletableFuture<?>> ends = new ArrayList<>();
        for (final VirtualThreads.Step step : steps) {
            ends.add(VirtualThreads.start(step));
        }
        for (final CompletableFuture<?> end : ends) {
            end.get();
        }
    }

    /** Repeats a call until it has released the carrier once. */
    private static void untilOthersRun(final VirtualThreads.Step call) throws Exception {
        final AtomicBoolean ran = new AtomicBoolean();
        inTurn(() -> {
            while (!ran.get()) {
                call.take();
            }
        }, () -> ran.set(true));
    }

    private static CompletionPort polled(final CompletionListener listener) throws Win32Exception {
        return CompletionPort.builder(listener).polled().open();
    }

    private static void check(final boolean condition) {
        if (!condition) {
            throw new AssertionError("see the stack");
        }
    }
}

package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.device.WaitableObject;
import io.github.iocp4j.socket.DetachedSocket;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.security.AccessController;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A program under a security manager, which prints what it may do. */
public final class SandboxProbe {
    private SandboxProbe() {
    }

    /**
     * Uses the JDK's classes only, or those of this library.
     *
     * @param arguments "sockets", or "library" and the path of a file
     * @throws Exception when something fails that no permission is needed for
     */
    public static void main(final String[] arguments) throws Exception {
        if ("sockets".equals(arguments[0])) {
            sockets();
        } else {
            library(Path.of(arguments[1]));
        }
    }

    private static void sockets() throws Exception {
        System.out.println("provider: " + AsynchronousChannelProvider.provider().getClass().getPackageName());
        print("property", () -> System.getProperty("user.home"));
        final InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open();
                AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            print("listen", () -> server.bind(new InetSocketAddress(loopback, 0)).isOpen());
            if (server.getLocalAddress() != null) {
                connect(server, client);
            }
            System.out.println("open " + server.isOpen() + ' ' + client.isOpen());
        }
        try (AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            print("bind", () -> client.bind(new InetSocketAddress(loopback, 0)).isOpen());
        }
        try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open()) {
            print("local address", () -> addressOf(server.bind(null)));
        }
        group();
    }

    /** What the program learns of an address that stands for all of the machine. */
    private static String addressOf(final AsynchronousServerSocketChannel server) throws Exception {
        final InetAddress address = ((InetSocketAddress) server.getLocalAddress()).getAddress();
        return (address.isAnyLocalAddress() ? "any" : address.isLoopbackAddress() ? "loopback" : address.toString())
                + (server.toString().contains("localhost") ? ", in texts localhost" : "");
    }

    private static void connect(final AsynchronousServerSocketChannel server, final AsynchronousSocketChannel client)
            throws Exception {
        final SocketAddress address = server.getLocalAddress();
        final Future<AsynchronousSocketChannel> accepting = server.accept();
        print("connect", () -> client.connect(address).get() == null);
        if (client.getRemoteAddress() == null) {
            return;
        }
        print("accept", () -> accepting.get().write(ByteBuffer.wrap("hello".getBytes(UTF_8))).get());
        // After a refused accept, the connection is closed.
        final ByteBuffer text = ByteBuffer.allocate(5);
        print("read", () -> client.read(text).get());
        final CompletableFuture<Boolean> next = new CompletableFuture<>();
        server.accept(next, new PermissionsOfHandler());
        try (AsynchronousSocketChannel second = AsynchronousSocketChannel.open()) {
            second.connect(address).get();
            print("handler's permissions", next::get);
        }
    }

    /** Ends a group, whose executor the program may not end if it is not the program's own. */
    private static void group() throws Exception {
        final AsynchronousChannelGroup group =
                AsynchronousChannelGroup.withFixedThreadPool(1, Executors.defaultThreadFactory());
        AsynchronousSocketChannel.open(group);
        group.shutdownNow();
        print("group ends", () -> group.awaitTermination(1, TimeUnit.MINUTES));
    }

    private static void library(final Path file) throws Exception {
        print("create", () -> use(file, WRITE, CREATE));
        print("write", () -> use(file, WRITE));
        print("read", () -> use(file, READ));
        print("other name", () -> {
            try (AsynchronousFileChannel channel = FileChannels.open(renamed(file), READ)) {
                return channel.isOpen();
            }
        });
        print("delete", () -> use(file, READ, DELETE_ON_CLOSE));
        print("port", () -> CompletionPort.open(completion -> { }));
        print("shared port", Streams::port);
        print("pipe", () -> NamedPipeChannels.open(null));
        print("pipe server", () -> NamedPipeChannels.openServer(null));
        print("pipe socket", () -> new PipeSocket("missing"));
        print("event", () -> WaitableObject.event(true));
        print("socket", () -> DetachedSocket.stream(StandardProtocolFamily.INET));
    }

    /** Opens a file with the threads of the default group, and with those of an executor. */
    private static boolean use(final Path file, final OpenOption... options) throws Exception {
        try (AsynchronousFileChannel channel = FileChannels.open(file, options)) {
            final AsynchronousFileChannel other = FileChannels.open(file, Set.of(options), ForkJoinPool.commonPool());
            other.close();
            return channel.size() >= 0;
        }
    }

    /** A path of the program's own class: it has the name of the file only when it is asked for the first time. */
    private static Path renamed(final Path file) {
        final AtomicBoolean asked = new AtomicBoolean();
        return (Path) Proxy.newProxyInstance(SandboxProbe.class.getClassLoader(), new Class<?>[] {Path.class},
                (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "getFileSystem":
                            return file.getFileSystem();
                        case "toString":
                            return asked.getAndSet(true) ? file + "-secret" : file.toString();
                        default:
                            return proxy;
                    }
                });
    }

    private static void print(final String what, final Callable<?> action) throws Exception {
        Object outcome;
        try {
            outcome = action.call();
        } catch (final SecurityException refused) {
            outcome = "refused";
        } catch (final ExecutionException failed) {
            outcome = failed.getCause() instanceof SecurityException ? "fails as refused" : "fails";
        } catch (final ConnectException noServer) {
            outcome = "permitted";
        }
        System.out.println(what + ": " + outcome);
    }

    /** Completes its attachment with whether the handler has the permissions of its code. */
    private static final class PermissionsOfHandler
            implements CompletionHandler<AsynchronousSocketChannel, CompletableFuture<Boolean>> {
        @Override
        public void completed(final AsynchronousSocketChannel channel, final CompletableFuture<Boolean> permitted) {
            try {
                AccessController.checkPermission(new RuntimePermission("ofProbe"));
                permitted.complete(true);
            } catch (final SecurityException refused) {
                permitted.complete(false);
            }
        }

        @Override
        public void failed(final Throwable failure, final CompletableFuture<Boolean> permitted) {
            permitted.completeExceptionally(failure);
        }
    }
}

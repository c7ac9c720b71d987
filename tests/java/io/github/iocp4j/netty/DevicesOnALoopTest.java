package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.file.DirectoryWatch;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.LoggedLines;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.ChildProcess;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.AutoScalingEventExecutorChooserFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files, watched directories, child processes and pipe servers on an event loop, next to its channels. */
@Timeout(300)
final class DevicesOnALoopTest {
    @AutoClose
    private final Loops loops = new Loops();
    private final IoEventLoop loop = (IoEventLoop) loops.group().next();
    private final Recording handle = new Recording();

    private static IocpIoRegistration register(final IoEventLoop loop, final Recording handle) throws Exception {
        final IoRegistration registration = loop.register(handle).sync().getNow();
        assertThat(handle.events.take()).isEqualTo("registered");
        return registration.attachment();
    }

    private static NamedPipeServer addServer(final IocpIoRegistration registration) throws Exception {
        return registration.add(
                NamedPipeServer.builder(registration.port(), PipePair.newName()).listening(0).open());
    }

    private static OverlappedFile addFile(final IocpIoRegistration registration, final Path path) throws Exception {
        return registration.add(
                OverlappedFile.builder(registration.port(), path).read().write().create().open());
    }

    @Test
    void readsAndWritesAFile(@TempDir final Path folder) throws Exception {
        final IocpIoRegistration registration = register(loop, handle);
        final OverlappedFile file = addFile(registration, folder.resolve("file"));
        final ByteBuffer buffer = ByteBuffer.allocateDirect(5).put("hello".getBytes(StandardCharsets.UTF_8)).flip();
        file.write(buffer, FilePosition.at(0), registration.token(7));
        assertThat(handle.events.take()).isEqualTo("WRITE 7 0 5");
        final ByteBuffer read = ByteBuffer.allocateDirect(10);
        loop.execute(() -> file.read(read, FilePosition.at(1), registration.token(IocpIoRegistration.MAX_KIND)));
        assertThat(handle.events.take()).isEqualTo("READ 65535 0 4");
        file.read(read, FilePosition.at(100), registration.token(0));
        assertThat(handle.events.take()).isEqualTo("READ 0 " + Win32Error.HANDLE_EOF + " 0");
        assertThat(StandardCharsets.UTF_8.decode(read.limit(4)).toString()).isEqualTo("ello");
        assertThat(handle.wrongThread).isFalse();
        assertThat(registration.cancel()).isTrue();
        assertThat(registration.cancel()).isFalse();
        assertThat(handle.events.take()).isEqualTo("unregistered");
        assertThat(file.isOpen()).isFalse();
        Files.delete(folder.resolve("file"));
    }

    @Test
    void readsAsTheClassDocumentationShows(@TempDir final Path folder) throws Exception {
        final Path path = Files.writeString(folder.resolve("file"), "hello");
        final ByteBuffer buffer = ByteBuffer.allocateDirect(10);
        final IocpIoRegistration registration = loop.register(handle).sync().getNow().attachment();
        final OverlappedFile file = registration.add(OverlappedFile.builder(registration.port(), path).open());
        file.read(buffer, FilePosition.at(0), registration.token(1));
        assertThat(handle.events.take()).isEqualTo("registered");
        assertThat(handle.events.take()).isEqualTo("READ 1 0 5");
        registration.cancel();
        assertThat(handle.events.take()).isEqualTo("unregistered");
    }

    @Test
    void watchesADirectory(@TempDir final Path folder) throws Exception {
        final IocpIoRegistration registration = register(loop, handle);
        registration.add(DirectoryWatch.builder(registration.port(), folder).token(registration.token(3)).open());
        for (int i = 0; i < 3; i++) {
            Files.createFile(folder.resolve("file" + i));
            assertThat(handle.events.take()).startsWith("CHANGE 3 0 ");
        }
        registration.cancel();
        String last = handle.events.take();
        while (!last.equals("unregistered")) {
            last = handle.events.take();
        }
        assertThat(handle.wrongThread).isFalse();
    }

    @Test
    void waitsForAChildProcess() throws Exception {
        final IocpIoRegistration registration = register(loop, handle);
        final ChildProcess child = registration.add(
                ChildProcess.builder(registration.port(), "cmd.exe", "/c", "exit 3").start());
        child.awaitExit(registration.token(1));
        assertThat(handle.events.take()).startsWith("WAIT 1 0");
        assertThat(handle.detail).isEqualTo(3);
    }

    @Test
    void closesOneDevice(@TempDir final Path folder) throws Exception {
        final IocpIoRegistration registration = register(loop, handle);
        final NamedPipeServer server = addServer(registration);
        final OverlappedFile file = addFile(registration, folder.resolve("file"));
        server.accept(registration.token(1));
        registration.close(server);
        registration.close(server);
        assertThat(handle.events.take()).startsWith("ACCEPT 1 aborted");
        file.write(ByteBuffer.allocateDirect(2), FilePosition.at(0), registration.token(2));
        assertThat(handle.events.take()).isEqualTo("WRITE 2 0 2");
        loop.submit(() -> { }).sync();
        assertThat(server.isOpen()).isFalse();
        assertThat(registration.isValid()).isTrue();
        registration.close(server);
    }

    @Test
    void cancelsWithOperationsInFlight() throws Exception {
        for (int i = 0; i < 20; i++) {
            final IocpIoRegistration registration = register(loop, handle);
            final NamedPipeServer server = addServer(registration);
            server.accept(registration.token(i));
            registration.cancel();
            assertThat(handle.events.take()).startsWith("ACCEPT " + i + " aborted");
            assertThat(handle.events.take()).isEqualTo("unregistered");
        }
        final IocpIoRegistration empty = register(loop, handle);
        empty.cancel();
        assertThat(handle.events.take()).isEqualTo("unregistered");
    }

    @Test
    void endsWithItsLoop() throws Exception {
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
        final IocpIoRegistration registration = register((IoEventLoop) group.next(), handle);
        final NamedPipeServer server = addServer(registration);
        server.accept(registration.token(4));
        assertThat(group.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
        assertThat(handle.events.take()).isEqualTo("close");
        assertThat(handle.events.take()).startsWith("ACCEPT 4 aborted");
        assertThat(handle.events.take()).isEqualTo("unregistered");
        assertThat(server.isOpen()).isFalse();
        assertThat(registration.isValid()).isFalse();
        assertThatThrownBy(() -> registration.add(server)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> group.next().submit(() -> { }).sync()).isInstanceOf(Exception.class);
        assertThatThrownBy(() -> ((IoEventLoop) group.next()).register(new Recording()).sync())
                .isInstanceOf(Exception.class);
    }

    @Test
    void refusesMisuse() throws Exception {
        final IocpIoRegistration registration = register(loop, handle);
        final Recording otherHandle = new Recording();
        final IocpIoRegistration other = register((IoEventLoop) loops.group().next(), otherHandle);
        assertThat(other.port()).isNotSameAs(registration.port());
        final NamedPipeServer server = addServer(registration);
        assertThatThrownBy(() -> other.add(server)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not belong to the port of this event loop");
        assertThatThrownBy(() -> registration.token(-1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from 0 to 65535");
        assertThatThrownBy(() -> registration.token(65_536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registration.submit(null)).isInstanceOf(UnsupportedOperationException.class);
        registration.cancel();
        assertThatThrownBy(() -> registration.add(server)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is cancelled");

        final EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        assertThatThrownBy(() -> ((IoEventLoop) nio.next()).register(new Recording()).sync())
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(nio.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
        assertThatThrownBy(() -> loop.register(new Unknown()).sync()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("IocpIoHandle");
    }

    @Test
    void dropsCompletionsOfOtherTokens() throws Exception {
        final IocpIoRegistration gone = register(loop, new Recording());
        final CompletionPort port = gone.port();
        try (Device forgotten = NamedPipeServer.builder(port, PipePair.newName()).listening(0).open();
                LoggedLines log = new LoggedLines()) {
            final NamedPipeServer server = (NamedPipeServer) forgotten;
            gone.cancel();
            final IocpIoRegistration registration = register(loop, handle);
            for (final long token : new long[] {gone.token(1), 0, 5, -1, Long.MAX_VALUE}) {
                assertThat(server.cancel(server.accept(token))).isTrue();
            }
            final NamedPipeServer known = addServer(registration);
            known.cancel(known.accept(registration.token(2)));
            assertThat(handle.events.take()).startsWith("ACCEPT 2 ");
            while (log.lines.size() < 5) {
                // The accepts of another server may be over first; the test's timeout ends the loop.
                Thread.sleep(1);
            }
            assertThat(log.lines).hasSize(5).allMatch(line -> line.contains("IocpIoRegistration.token"));
        }
    }

    @Test
    void goesOnAfterAHandleHasThrown() throws Exception {
        final IocpIoRegistration registration = register(loop, handle);
        final NamedPipeServer server = addServer(registration);
        handle.throwing = true;
        for (int i = 0; i < 3; i++) {
            server.cancel(server.accept(registration.token(i)));
            assertThat(handle.events.take()).startsWith("ACCEPT " + i);
        }
    }

    @Test
    void resumesALoop(@TempDir final Path folder) throws Exception {
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
        final SingleThreadEventExecutor single = (SingleThreadEventExecutor) group.next();
        final Channel server = loops.serve(Loops.Echo::new);
        Thread suspended = null;
        for (int i = 0; i < 5; i++) {
            // Netty suspends no loop before it learns of the cancel from this one.
            final IoRegistration counted = ((IoEventLoop) group.next()).register(handle).sync().getNow();
            assertThat(handle.events.take()).isEqualTo("registered");
            assertThat(handle.thread).isNotSameAs(suspended);
            final IocpIoRegistration registration = counted.attachment();
            addFile(registration, folder.resolve("file" + i))
                    .write(ByteBuffer.allocateDirect(3), FilePosition.at(0), registration.token(i));
            assertThat(handle.events.take()).isEqualTo("WRITE " + i + " 0 3");
            final Loops.Collector collector = new Loops.Collector();
            final Channel client = loops.bootstrap(collector).clone(group).connect(server.localAddress()).sync()
                    .channel();
            client.writeAndFlush(loops.buffer(Loops.random(100))).sync();
            assertThat(collector.await(100)).isEqualTo(Loops.random(100));
            client.close().sync();
            counted.cancel();
            assertThat(handle.events.take()).isEqualTo("unregistered");
            suspended = handle.thread;
            Loops.suspend(single);
        }
        assertThat(handle.wrongThread).isFalse();
        assertThat(group.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
    }

    @Test
    void scalesItsLoops() throws Exception {
        final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(3, (Executor) null,
                new AutoScalingEventExecutorChooserFactory(1, 3, 20, TimeUnit.MILLISECONDS, 0.2, 0.8, 3, 3, 1),
                IocpIoHandler.newFactory());
        final Channel server = loops.serve(Loops.Echo::new);
        for (int round = 0; round < 3; round++) {
            while (group.activeExecutorCount() > 1) {
                Thread.onSpinWait();
            }
            for (final EventExecutor executor : group) {
                final Loops.Collector collector = new Loops.Collector();
                final Channel client = loops.bootstrap(collector).clone((IoEventLoop) executor)
                        .connect(server.localAddress()).sync().channel();
                client.writeAndFlush(loops.buffer(Loops.random(10))).sync();
                assertThat(collector.await(10)).isEqualTo(Loops.random(10));
                client.close().sync();
            }
        }
        assertThat(group.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
    }

    /** A handle that no loop of this transport takes. */
    private static final class Unknown implements io.netty.channel.IoHandle {
        @Override
        public void handle(final IoRegistration registration, final IoEvent event) {
            throw new AssertionError("never registered");
        }

        @Override
        public void close() {
            throw new AssertionError("never registered");
        }
    }

    /** Records what happens to it: of a completion the opcode, the kind, the status and the bytes. */
    private static final class Recording implements IocpIoHandle {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private Thread thread;
        private volatile boolean wrongThread;
        private volatile boolean throwing;
        private volatile int detail;

        @Override
        public void registered() {
            thread = Thread.currentThread();
            events.add("registered");
        }

        @Override
        public void handle(final IoRegistration registration, final IoEvent event) {
            final CompletionEvent completed = (CompletionEvent) event;
            wrongThread |= Thread.currentThread() != thread;
            final Opcode opcode = completed.completion().opcode();
            detail = completed.completion().detail();
            events.add(opcode + " " + completed.kind() + ' '
                    + (completed.completion().isAborted() ? "aborted" : completed.completion().status()) + ' '
                    + completed.completion().bytes());
            if (throwing) {
                throw new IllegalArgumentException("thrown by a test");
            }
        }

        @Override
        public void unregistered() {
            events.add("unregistered");
        }

        @Override
        public void close() {
            events.add("close");
        }
    }
}

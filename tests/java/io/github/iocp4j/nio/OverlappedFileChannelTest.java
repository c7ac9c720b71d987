package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.Outcome.failureOf;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.file.FileShare;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.Wine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What file channels of this module do, and those of the JDK do not. */
@Timeout(600)
final class OverlappedFileChannelTest {
    private static final int ROUNDS = 10_000;
    /** Bytes for each read: half of what channels of the JDK allocate at most. */
    private static final long MOST_ALLOCATED = 192;
    /** Of a file, in bytes. */
    private static final long PART = 10_000;

    @TempDir
    Path folder;

    private Path file(final int bytes) throws IOException {
        return Files.write(folder.resolve("file"), new byte[bytes]);
    }

    @Test
    void runOnTheSharedPortIfTheyHaveAnExecutorAndLeaveNothing() throws Exception {
        // The next one has no devices of other tests.
        Streams.port().close();
        final ExecutorService executor = Executors.newSingleThreadExecutor();
        try (AsynchronousFileChannel channel = FileChannels.open(file(10), Set.of(), executor)) {
            assertThat(Streams.port().snapshot().devices()).hasSize(1);
            assertThat(channel.read(ByteBuffer.allocate(20), 0).get()).isEqualTo(10);
        } finally {
            executor.shutdown();
        }
        assertThat(Streams.port().snapshot().devices()).isEmpty();
        assertThat(Streams.port().snapshot().operationsInFlight()).isZero();
    }

    /** One handler starts the next operation, so that many would be on one another if the thread called them all. */
    @Test
    void belongToTheDefaultGroupIfTheyHaveNoExecutor() throws Exception {
        final Set<String> threads = ConcurrentHashMap.newKeySet();
        final CompletableFuture<Integer> deepest = new CompletableFuture<>();
        try (AsynchronousFileChannel channel = FileChannels.open(file(10))) {
            channel.read(ByteBuffer.allocate(20), 0, ROUNDS, new CompletionHandler<>() {
                private int depth;

                @Override
                public void completed(final Integer bytes, final Integer left) {
                    threads.add(Thread.currentThread().getName().replaceFirst("[0-9]+$", ""));
                    depth = Math.max(depth, Thread.currentThread().getStackTrace().length);
                    if (left > 0) {
                        channel.read(ByteBuffer.allocate(20), 0, left - 1, this);
                    } else {
                        deepest.complete(depth);
                    }
                }

                @Override
                public void failed(final Throwable failure, final Integer left) {
                    deepest.completeExceptionally(failure);
                }
            });
            assertThat(deepest.get()).isLessThan(100);
        }
        assertThat(threads).containsExactly("iocp4j-nio-handler-");
    }

    @Test
    void openInAnotherDefaultGroupWhenOneHasFailed() throws Exception {
        final ChannelGroup failed = DefaultGroup.get(CompletionPortChannelProvider::new);
        failed.abandon();
        try (AsynchronousFileChannel channel = FileChannels.open(file(10))) {
            assertThat(channel.read(ByteBuffer.allocate(20), 0).get()).isEqualTo(10);
        }
        assertThat(DefaultGroup.get(CompletionPortChannelProvider::new)).isNotSameAs(failed);
        assertThat(failed.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aRangeThatIsTooHighFailsTheOperation() throws Exception {
        try (AsynchronousFileChannel channel = FileChannels.open(file(10), READ, WRITE)) {
            assertThat(failureOf(channel.read(ByteBuffer.allocate(2), Long.MAX_VALUE))).isInstanceOf(IOException.class);
            assertThat(failureOf(channel.write(ByteBuffer.allocate(2), Long.MAX_VALUE)))
                    .isInstanceOf(IOException.class);
            assertThat(channel.read(ByteBuffer.allocate(20), 0).get()).isEqualTo(10);
        }
    }

    @Test
    void aBufferThatIsChangedInFlightFailsTheOperation() throws Exception {
        try (CompletionPort port = CompletionPort.builder(Streams.listener()).polled().open();
                AsynchronousFileChannel channel = new OverlappedFileChannel(
                        OverlappedFile.builder(port, file(100)).read().write().share(FileShare.values()).open(), true,
                        true, Runnable::run);
                CompletionPoller poller = port.openPoller()) {
            // It is in flight until the port is polled.
            final ByteBuffer target = ByteBuffer.allocate(100);
            final Future<Integer> read = channel.read(target, 0);
            target.limit(10);
            final Future<Integer> next = channel.read(ByteBuffer.allocate(20), 0);
            while (!read.isDone() || !next.isDone()) {
                poller.poll();
            }
            assertThat(failureOf(read)).isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining("was changed while the operation was in flight");
            assertThat(next.get()).isEqualTo(20);
        }
    }

    @Test
    void theCeilingOfThePortIsAnIoException() throws Exception {
        try (CompletionPort port = CompletionPort.builder(Streams.listener()).operations(1).polled().open();
                AsynchronousFileChannel channel = new OverlappedFileChannel(
                        OverlappedFile.builder(port, file(10)).read().write().share(FileShare.values()).open(), true,
                        true, Runnable::run)) {
            final Future<Integer> first = channel.read(ByteBuffer.allocate(2), 0);
            final Throwable refused = failureOf(channel.read(ByteBuffer.allocate(2), 0));
            assertThat(refused).isInstanceOf(IOException.class).hasCauseInstanceOf(OperationLimitException.class);
            assertThat(failureOf(channel.lock())).hasCauseInstanceOf(OperationLimitException.class);
            // The refused lock is not remembered.
            assertThat(channel.tryLock()).isNotNull();
            assertThat(first.cancel(false)).isTrue();
        }
    }

    @Test
    void aClosedPortFailsTheOperation() throws Exception {
        final CompletionPort port = CompletionPort.open(Streams.listener());
        final OverlappedFile file = OverlappedFile.open(port, file(10));
        try (AsynchronousFileChannel channel = new OverlappedFileChannel(file, true, false, Runnable::run)) {
            port.close();
            assertThat(failureOf(channel.read(ByteBuffer.allocate(2), 0))).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
            assertThat(failureOf(channel.lock(0, 1, true))).isInstanceOf(ClosedChannelException.class);
        }
    }

    /** As on Windows, where reads of cached files do; under Wine none does. */
    @Test
    void operationsMayCompleteInline() throws Exception {
        try (OverlappedFileChannel channel = new OverlappedFileChannel(
                OverlappedFile.open(Streams.port(), file(10)), true, false, Runnable::run)) {
            final ByteBuffer target = ByteBuffer.allocateDirect(5);
            final FileFuture<Object> future = new FileFuture<>(channel);
            final FileRequest request = channel.take();
            request.resultTo(future, null, null);
            request.transfer(FileRequest.Kind.READ, target, 0);
            request.completedInline(3);
            assertThat(future.get()).isEqualTo(3);
            assertThat(target.position()).isEqualTo(3);
            assertThat(channel.take()).isSameAs(request);
        }
    }

    @Test
    void aDirectExecutorDoesNotDeepenTheStack() throws Exception {
        final int rounds = 20_000;
        final CompletableFuture<Integer> end = new CompletableFuture<>();
        try (AsynchronousFileChannel channel = FileChannels.open(file(10), Set.of(READ), new DirectExecutor())) {
            channel.read(ByteBuffer.allocateDirect(10), 0, 1, new CompletionHandler<Integer, Integer>() {
                @Override
                public void completed(final Integer bytes, final Integer round) {
                    if (round == rounds) {
                        end.complete(round);
                    } else {
                        channel.read(ByteBuffer.allocateDirect(10), 0, round + 1, this);
                    }
                }

                @Override
                public void failed(final Throwable failure, final Integer round) {
                    end.completeExceptionally(failure);
                }
            });
            assertThat(end.get()).isEqualTo(rounds);
        }
    }

    /** Runs tasks on the thread that submits them. */
    private static final class DirectExecutor extends AbstractExecutorService {
        @Override
        public void execute(final Runnable task) {
            task.run();
        }

        @Override
        public void shutdown() {
            throw new AssertionError("A channel does not shut down an executor");
        }

        @Override
        public List<Runnable> shutdownNow() {
            throw new AssertionError("A channel does not shut down an executor");
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(final long timeout, final TimeUnit unit) {
            return false;
        }
    }

    /** Each thread has a part of the file. Cancelled operations end while others use their requests again. */
    @Test
    void threadsShareAChannel() throws Exception {
        final int threads = 8;
        try (AsynchronousFileChannel channel = FileChannels.open(file(0), READ, WRITE)) {
            final List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                final int part = i;
                all.add(CompletableFuture.runAsync(() -> writeAndRead(channel, part), command ->
                        new Thread(command, "part-" + part).start()));
            }
            CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get();
            assertThat(channel.size()).isEqualTo(threads * PART);
        }
    }

    private static void writeAndRead(final AsynchronousFileChannel channel, final int part) {
        final Random random = new Random(part);
        try {
            for (int round = 0; round < 500; round++) {
                final ByteBuffer source = random.nextBoolean() ? ByteBuffer.allocate((int) PART)
                        : ByteBuffer.allocateDirect((int) PART);
                while (source.hasRemaining()) {
                    source.putInt(part << 16 | round);
                }
                assertThat(outcome(channel, source.flip(), part * PART, true, random)).isEqualTo((int) PART);
                channel.read(ByteBuffer.allocate((int) PART), part * PART).cancel(false);
                final ByteBuffer target = random.nextBoolean() ? ByteBuffer.allocate((int) PART)
                        : ByteBuffer.allocateDirect((int) PART);
                assertThat(outcome(channel, target, part * PART, false, random)).isEqualTo((int) PART);
                assertThat(target.flip()).isEqualTo(source.flip());
            }
        } catch (final InterruptedException | ExecutionException failure) {
            throw new AssertionError(failure);
        }
    }

    private static int outcome(final AsynchronousFileChannel channel, final ByteBuffer buffer, final long position,
            final boolean write, final Random random) throws InterruptedException, ExecutionException {
        if (random.nextBoolean()) {
            return (write ? channel.write(buffer, position) : channel.read(buffer, position)).get();
        }
        final CompletableFuture<Integer> handled = new CompletableFuture<>();
        final CompletionHandler<Integer, CompletableFuture<Integer>> handler = new CompletionHandler<>() {
            @Override
            public void completed(final Integer result, final CompletableFuture<Integer> attachment) {
                attachment.complete(result);
            }

            @Override
            public void failed(final Throwable failure, final CompletableFuture<Integer> attachment) {
                attachment.completeExceptionally(failure);
            }
        };
        if (write) {
            channel.write(buffer, position, handled, handler);
        } else {
            channel.read(buffer, position, handled, handler);
        }
        return handled.get();
    }

    @Test
    void linksAreRefusedWhereTheyCouldMislead() throws Exception {
        final Path link = folder.resolve("link");
        final Path file = file(10);
        try {
            Files.createSymbolicLink(link, file);
        } catch (final IOException | UnsupportedOperationException notAllowed) {
            assumeTrue(false, "this user cannot create symbolic links: " + notAllowed);
        }
        if (!Files.isSymbolicLink(link)) {
            Wine.skip("Wine creates no symbolic links");
        }
        assertThatThrownBy(() -> FileChannels.open(link, READ, LinkOption.NOFOLLOW_LINKS))
                .isInstanceOf(FileSystemException.class);
        assertThatThrownBy(() -> FileChannels.open(link, WRITE, StandardOpenOption.DELETE_ON_CLOSE))
                .isInstanceOf(FileSystemException.class);
        FileChannels.open(link, READ).close();
        final Path missing = folder.resolve("missing");
        final Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), missing);
        assertThatThrownBy(() -> FileChannels.open(dangling, WRITE, StandardOpenOption.CREATE_NEW))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(missing).doesNotExist();
    }

    @Test
    void onlyTheDefaultFileSystemIsSupported() throws Exception {
        final Path module = FileSystems.getFileSystem(URI.create("jrt:/")).getPath(
                "/modules/java.base/module-info.class");
        assertThat(module).exists();
        assertThatThrownBy(() -> FileChannels.open(module, READ)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aCancelledLockIsReleased() throws Exception {
        try (AsynchronousFileChannel channel = FileChannels.open(file(10), READ, WRITE, CREATE)) {
            for (int i = 0; i < 100; i++) {
                final Future<FileLock> lock = channel.lock();
                if (!lock.cancel(false)) {
                    lock.get().release();
                }
                // Windows may need a moment more than the future.
                FileLock next = null;
                while (next == null) {
                    next = tryLock(channel);
                }
                next.release();
            }
        }
    }

    private static FileLock tryLock(final AsynchronousFileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (final OverlappingFileLockException notYet) {
            return null;
        }
    }

    @Test
    void readsAllocateLittle() throws Exception {
        final Path path = file(4_096);
        final List<String> figures = new ArrayList<>();
        try (AsynchronousFileChannel ours = FileChannels.open(path);
                AsynchronousFileChannel jdks = AsynchronousFileChannel.open(path)) {
            for (final ByteBuffer buffer : List.of(ByteBuffer.allocateDirect(4_096), ByteBuffer.allocate(4_096))) {
                final long future = withFutures(ours, buffer);
                final long jdksFuture = withFutures(jdks, buffer);
                final long handler = withHandlers(ours, buffer);
                final long jdksHandler = withHandlers(jdks, buffer);
                figures.add(buffer + ": future " + future + ", JDK " + jdksFuture + "; handler " + handler + ", JDK "
                        + jdksHandler);
                assertThat(future).as("%s", figures).isLessThan(jdksFuture).isLessThanOrEqualTo(MOST_ALLOCATED);
                assertThat(handler).as("%s", figures).isLessThan(jdksHandler).isLessThanOrEqualTo(MOST_ALLOCATED);
            }
        }
    }

    private static long withFutures(final AsynchronousFileChannel channel, final ByteBuffer buffer) throws Exception {
        long began = 0;
        for (int i = 0; i < 2 * ROUNDS; i++) {
            if (i == ROUNDS) {
                began = allocated();
            }
            channel.read(buffer.clear(), 0).get();
        }
        return (allocated() - began) / ROUNDS;
    }

    private static long withHandlers(final AsynchronousFileChannel channel, final ByteBuffer buffer)
            throws Exception {
        final Semaphore done = new Semaphore(0);
        final CompletionHandler<Integer, Object> handler = new CompletionHandler<>() {
            @Override
            public void completed(final Integer result, final Object attachment) {
                done.release();
            }

            @Override
            public void failed(final Throwable failure, final Object attachment) {
                throw new AssertionError(failure);
            }
        };
        long began = 0;
        for (int i = 0; i < 2 * ROUNDS; i++) {
            if (i == ROUNDS) {
                began = allocated();
            }
            channel.read(buffer.clear(), 0, null, handler);
            done.acquire();
        }
        return (allocated() - began) / ROUNDS;
    }

    /** Bytes that the threads of this JVM have allocated. */
    private static long allocated() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return LongStream.of(threads.getThreadAllocatedBytes(threads.getAllThreadIds())).filter(bytes -> bytes > 0)
                .sum();
    }
}

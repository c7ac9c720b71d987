package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What file channels of this module and of the JDK both do: each test runs with both. */
@Timeout(120)
final class FileChannelsTest {
    @TempDir
    Path folder;
    private Path path;

    /** Who opens a channel. */
    enum Opener {
        OURS {
            @Override
            AsynchronousFileChannel open(final Path file, final Set<? extends OpenOption> options,
                    final ExecutorService executor, final FileAttribute<?>... attributes) throws IOException {
                return FileChannels.open(file, options, executor, attributes);
            }

            @Override
            AsynchronousFileChannel open(final Path file, final OpenOption... options) throws IOException {
                return FileChannels.open(file, options);
            }
        },
        JDK {
            @Override
            AsynchronousFileChannel open(final Path file, final Set<? extends OpenOption> options,
                    final ExecutorService executor, final FileAttribute<?>... attributes) throws IOException {
                return AsynchronousFileChannel.open(file, options, executor, attributes);
            }

            @Override
            AsynchronousFileChannel open(final Path file, final OpenOption... options) throws IOException {
                return AsynchronousFileChannel.open(file, options);
            }
        };

        abstract AsynchronousFileChannel open(Path file, Set<? extends OpenOption> options, ExecutorService executor,
                FileAttribute<?>... attributes) throws IOException;

        abstract AsynchronousFileChannel open(Path file, OpenOption... options) throws IOException;
    }

    /** A handler that fulfils a future. */
    private static final class Outcome<V> implements CompletionHandler<V, Object> {
        private final CompletableFuture<V> future = new CompletableFuture<>();
        private final AtomicReference<Object> attachment = new AtomicReference<>();
        private volatile Thread thread;

        @Override
        public void completed(final V result, final Object attached) {
            thread = Thread.currentThread();
            attachment.set(attached);
            future.complete(result);
        }

        @Override
        public void failed(final Throwable failure, final Object attached) {
            thread = Thread.currentThread();
            attachment.set(attached);
            future.completeExceptionally(failure);
        }

        V get() throws Exception {
            return future.get(1, TimeUnit.MINUTES);
        }

        Throwable failure() throws Exception {
            return FileChannelsTest.failure(future);
        }
    }

    @BeforeEach
    void choosePath() {
        path = folder.resolve("file");
    }

    private static Throwable failure(final Future<?> future) throws Exception {
        try {
            future.get(1, TimeUnit.MINUTES);
        } catch (final ExecutionException failed) {
            return failed.getCause();
        }
        throw new AssertionError("It has succeeded");
    }

    private static ByteBuffer bytes(final String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static ByteBuffer direct(final String text) {
        return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(UTF_8)).flip();
    }

    private String content() throws IOException {
        return Files.readString(path);
    }

    @ParameterizedTest
    @EnumSource
    void readAndWriteWithFutures(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE)) {
            final ByteBuffer heap = bytes("..heap").position(2);
            assertThat(channel.write(heap, 0).get()).isEqualTo(4);
            assertThat(heap.position()).isEqualTo(6);
            final ByteBuffer source = direct("direct");
            assertThat(channel.write(source.asReadOnlyBuffer(), 4).get()).isEqualTo(6);
            assertThat(source.position()).isZero();
            assertThat(channel.size()).isEqualTo(10);
            final ByteBuffer target = ByteBuffer.allocate(20).position(3).limit(9);
            final Future<Integer> read = channel.read(target, 2);
            assertThat(read.get()).isEqualTo(6);
            assertThat(read.isDone()).isTrue();
            assertThat(read.cancel(true)).isFalse();
            assertThat(target.position()).isEqualTo(9);
            assertThat(new String(target.array(), 3, 6, UTF_8)).isEqualTo("apdire");
            final ByteBuffer rest = ByteBuffer.allocateDirect(20).position(1);
            assertThat(channel.read(rest, 7).get()).isEqualTo(3);
            assertThat(rest.position()).isEqualTo(4);
            assertThat(channel.read(rest, 10).get()).isEqualTo(-1);
            assertThat(channel.read(rest, 1L << 50).get()).isEqualTo(-1);
            assertThat(rest.position()).isEqualTo(4);
            assertThat(channel.read(rest.limit(4), 0).get()).isZero();
            assertThat(channel.write(rest, 0).get()).isZero();
            assertThat(channel.isOpen()).isTrue();
        }
        assertThat(content()).isEqualTo("heapdirect");
    }

    @ParameterizedTest
    @EnumSource
    void readAndWriteWithHandlers(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE_NEW)) {
            final Outcome<Integer> written = new Outcome<>();
            channel.write(bytes("handlers"), 2, "attached", written);
            assertThat(written.get()).isEqualTo(8);
            assertThat(written.attachment.get()).isEqualTo("attached");
            assertThat(written.thread).isNotSameAs(Thread.currentThread());
            final ByteBuffer target = ByteBuffer.allocate(100);
            final Outcome<Integer> read = new Outcome<>();
            channel.read(target, 0, null, read);
            assertThat(read.get()).isEqualTo(10);
            assertThat(new String(target.array(), 0, 10, UTF_8)).isEqualTo("\0\0handlers");
            final Outcome<Integer> end = new Outcome<>();
            channel.read(target, 10, null, end);
            assertThat(end.get()).isEqualTo(-1);
            final Outcome<Integer> empty = new Outcome<>();
            channel.read(ByteBuffer.allocate(0), 0, null, empty);
            assertThat(empty.get()).isZero();
            assertThat(empty.thread).isNotSameAs(Thread.currentThread());
        }
    }

    @ParameterizedTest
    @EnumSource
    void largeBuffersAndManyOperations(final Opener opener) throws Exception {
        final int blocks = 300;
        final int size = 5_000;
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE)) {
            final List<Future<Integer>> writes = new ArrayList<>();
            for (int i = 0; i < blocks; i++) {
                final ByteBuffer block = i % 2 == 0 ? ByteBuffer.allocate(size) : ByteBuffer.allocateDirect(size);
                while (block.hasRemaining()) {
                    block.put((byte) (i + block.position()));
                }
                writes.add(channel.write(block.flip(), (long) i * size));
            }
            for (final Future<Integer> write : writes) {
                assertThat(write.get()).isEqualTo(size);
            }
            final ByteBuffer all = ByteBuffer.allocate(blocks * size);
            assertThat(channel.read(all, 0).get()).isEqualTo(blocks * size);
            for (int i = 0; i < blocks * size; i++) {
                if (all.get(i) != (byte) (i / size + i % size)) {
                    throw new AssertionError("Byte " + i);
                }
            }
            assertThat(channel.write(all.flip(), 7).get()).isEqualTo(blocks * size);
            assertThat(channel.size()).isEqualTo(blocks * size + 7);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsThrownAtOnce(final Opener opener) throws Exception {
        Files.writeString(path, "content");
        final Outcome<Integer> handler = new Outcome<>();
        final Outcome<FileLock> lockHandler = new Outcome<>();
        final ByteBuffer buffer = ByteBuffer.allocate(3);
        final ByteBuffer readOnly = buffer.asReadOnlyBuffer();
        try (AsynchronousFileChannel readable = opener.open(path);
                AsynchronousFileChannel writable = opener.open(path, WRITE)) {
            assertThatThrownBy(() -> readable.write(buffer, -1)).isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> readable.write(buffer, 0, null, handler))
                    .isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> readable.write(buffer, 0, null, null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> writable.read(readOnly, -1)).isInstanceOf(NonReadableChannelException.class);
            assertThatThrownBy(() -> writable.read(buffer, 0, null, handler))
                    .isInstanceOf(NonReadableChannelException.class);
            assertThatThrownBy(() -> writable.write(buffer, -1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> readable.read(buffer, -1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> readable.read(readOnly, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> readable.read(readOnly, 0, null, handler))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> readable.read(buffer, 0, null, null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> readable.read(null, 0)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> readable.truncate(0)).isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> readable.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> readable.lock()).isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> readable.tryLock()).isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> writable.lock(0, 1, true)).isInstanceOf(NonReadableChannelException.class);
            assertThatThrownBy(() -> writable.tryLock(0, 1, true)).isInstanceOf(NonReadableChannelException.class);
            assertThatThrownBy(() -> writable.lock(0, 1, false, null, null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> writable.lock(-1, 1, false)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> writable.lock(1, -1, false)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> writable.lock(Long.MAX_VALUE, 1, false, null, lockHandler))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> writable.tryLock(-1, 1, false)).isInstanceOf(IllegalArgumentException.class);
            readable.force(true);
            writable.force(false);
        }
        assertThat(handler.future.isDone()).isFalse();
        assertThat(lockHandler.future.isDone()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aClosedChannelFailsTheOperation(final Opener opener) throws Exception {
        final AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE);
        final FileLock lock = channel.lock().get();
        assertThat(lock.isValid()).isTrue();
        channel.close();
        channel.close();
        assertThat(channel.isOpen()).isFalse();
        assertThat(lock.isValid()).isFalse();
        assertThatThrownBy(lock::release).isInstanceOf(ClosedChannelException.class);
        final ByteBuffer buffer = ByteBuffer.allocate(3);
        assertThat(failure(channel.read(buffer, 0))).isInstanceOf(ClosedChannelException.class);
        assertThat(failure(channel.write(ByteBuffer.allocate(0), 0))).isInstanceOf(ClosedChannelException.class);
        assertThat(failure(channel.lock())).isInstanceOf(ClosedChannelException.class);
        final Outcome<Integer> read = new Outcome<>();
        channel.read(buffer, 0, "attached", read);
        assertThat(read.failure()).isInstanceOf(ClosedChannelException.class);
        assertThat(read.attachment.get()).isEqualTo("attached");
        final Outcome<FileLock> handler = new Outcome<>();
        channel.lock(0, 1, true, null, handler);
        assertThat(handler.failure()).isInstanceOf(ClosedChannelException.class);
        // The arguments are checked before that.
        assertThatThrownBy(() -> channel.read(buffer, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.write(buffer, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.read(buffer.asReadOnlyBuffer(), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(channel::tryLock).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.truncate(0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.force(true)).isInstanceOf(ClosedChannelException.class);
        final AsynchronousFileChannel readable = opener.open(path);
        readable.close();
        assertThatThrownBy(() -> readable.write(buffer, 0)).isInstanceOf(NonWritableChannelException.class);
        // The lock is gone.
        try (AsynchronousFileChannel next = opener.open(path, WRITE)) {
            assertThat(next.tryLock()).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void locks(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE);
                AsynchronousFileChannel other = opener.open(path, READ, WRITE)) {
            final FileLock first = channel.lock(0, 10, false).get();
            assertThat(first.isValid()).isTrue();
            assertThat(first.isShared()).isFalse();
            assertThat(first.acquiredBy()).isSameAs(channel);
            assertThat(first.position()).isZero();
            assertThat(first.size()).isEqualTo(10);
            assertThatThrownBy(() -> channel.lock(9, 1, true)).isInstanceOf(OverlappingFileLockException.class);
            assertThatThrownBy(() -> other.lock(9, 1, true)).isInstanceOf(OverlappingFileLockException.class);
            assertThatThrownBy(() -> other.tryLock(0, 1, false)).isInstanceOf(OverlappingFileLockException.class);
            final FileLock second = other.tryLock(10, Long.MAX_VALUE - 10, true);
            assertThat(second.isShared()).isTrue();
            first.release();
            assertThat(first.isValid()).isFalse();
            first.release();
            first.close();
            final Outcome<FileLock> third = new Outcome<>();
            other.lock(0, 10, true, "attached", third);
            assertThat(third.get().isValid()).isTrue();
            assertThat(third.attachment.get()).isEqualTo("attached");
            third.get().release();
            second.release();
            try (FileLock whole = channel.lock().get()) {
                assertThat(whole.size()).isEqualTo(Long.MAX_VALUE);
            }
            final FileLock empty = channel.lock(5, 0, false).get();
            assertThat(empty.isValid()).isTrue();
            assertThat(empty.size()).isEqualTo(Runtime.version().feature() >= 19 ? Long.MAX_VALUE - 5 : 0);
            empty.release();
        }
    }

    @ParameterizedTest
    @EnumSource
    void locksOverlapByTheIdentityOfTheFileWhateverItsName(final Opener opener) throws Exception {
        Files.writeString(path, "content");
        final Path link = Files.createLink(folder.resolve("link"), path);
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE);
                AsynchronousFileChannel sameFile = opener.open(link, READ, WRITE);
                AsynchronousFileChannel otherFile = opener.open(folder.resolve("other"), READ, WRITE, CREATE)) {
            final FileLock lock = channel.lock(0, 10, false).get();
            assertThatThrownBy(() -> sameFile.lock(9, 1, false)).isInstanceOf(OverlappingFileLockException.class);
            assertThatThrownBy(() -> sameFile.tryLock(9, 1, true)).isInstanceOf(OverlappingFileLockException.class);
            otherFile.lock(0, 10, false).get().release();
            lock.release();
            sameFile.lock(9, 1, false).get().release();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherProgramsLockIsRespected(final Opener opener) throws Exception {
        final Opener another = opener == Opener.OURS ? Opener.JDK : Opener.OURS;
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE);
                AsynchronousFileChannel program = another.open(path, READ, WRITE)) {
            final FileLock held = program.lock(0, 10, false).get();
            assertThat(channel.tryLock(5, 1, false)).isNull();
            // The refused lock is not remembered.
            assertThat(channel.tryLock(5, 1, true)).isNull();
            held.release();
            final FileLock lock = channel.tryLock(5, 1, false);
            assertThat(lock.isValid()).isTrue();
            assertThat(program.tryLock(0, 10, true)).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void releasesRaceWithCloses(final Opener opener) throws Exception {
        for (int i = 0; i < 100; i++) {
            final AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE);
            final FileLock lock = channel.lock().get();
            final CompletableFuture<Void> released = CompletableFuture.runAsync(() -> release(lock));
            channel.close();
            released.get();
            assertThat(lock.isValid()).isFalse();
        }
    }

    private static void release(final FileLock lock) {
        try {
            lock.release();
        } catch (final ClosedChannelException closedBefore) {
            return;
        } catch (final IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @ParameterizedTest
    @EnumSource
    void truncates(final Opener opener) throws Exception {
        Files.writeString(path, "content");
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE)) {
            assertThat(channel.truncate(100)).isSameAs(channel);
            assertThat(channel.size()).isEqualTo(7);
            assertThat(channel.truncate(3).size()).isEqualTo(3);
            channel.force(true);
        }
        assertThat(content()).isEqualTo("con");
    }

    @ParameterizedTest
    @EnumSource
    void optionsOfOpen(final Opener opener) throws Exception {
        assertThatThrownBy(() -> opener.open(path)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> opener.open(path, WRITE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> opener.open(path.resolve("in"), WRITE, CREATE))
                .isInstanceOf(NoSuchFileException.class);
        // Without WRITE these are ignored.
        assertThatThrownBy(() -> opener.open(path, CREATE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> opener.open(path, READ, CREATE_NEW)).isInstanceOf(NoSuchFileException.class);
        opener.open(path, WRITE, CREATE_NEW, CREATE, TRUNCATE_EXISTING, SPARSE).close();
        assertThatThrownBy(() -> opener.open(path, WRITE, CREATE_NEW)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> opener.open(path, WRITE, CREATE, CREATE_NEW))
                .isInstanceOf(FileAlreadyExistsException.class);
        Files.writeString(path, "content");
        opener.open(path, READ, TRUNCATE_EXISTING).close();
        opener.open(path, WRITE, CREATE).close();
        opener.open(path, WRITE, WRITE, SYNC, DSYNC).close();
        opener.open(path, READ, LinkOption.NOFOLLOW_LINKS).close();
        assertThat(content()).isEqualTo("content");
        opener.open(path, WRITE, TRUNCATE_EXISTING).close();
        assertThat(content()).isEmpty();
        Files.writeString(path, "content");
        opener.open(path, WRITE, CREATE, TRUNCATE_EXISTING).close();
        assertThat(content()).isEmpty();
        assertThatThrownBy(() -> opener.open(folder.resolve("missing"), WRITE, TRUNCATE_EXISTING))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> opener.open(path, APPEND)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> opener.open(path, WRITE, APPEND)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> opener.open(path, new OpenOption() { }))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> opener.open(path, READ, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> opener.open(null, READ)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> opener.open(path, (Set<OpenOption>) null, null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> opener.open(folder)).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> opener.open(folder, WRITE)).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> opener.open(Path.of("Q:\\missing\\file"))).isInstanceOf(FileSystemException.class);
    }

    @ParameterizedTest
    @EnumSource
    void othersMayDoAsTheyLikeUnlessAnOptionForbidsIt(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, WRITE, CREATE);
                AsynchronousFileChannel second = opener.open(path, READ, WRITE)) {
            channel.write(bytes("shared"), 0).get();
            assertThat(second.read(ByteBuffer.allocate(10), 0).get()).isEqualTo(6);
            assertThat(content()).isEqualTo("shared");
        }
        try (AsynchronousFileChannel channel =
                opener.open(path, READ, extended("NOSHARE_WRITE"), extended("NOSHARE_DELETE"))) {
            assertThatThrownBy(() -> opener.open(path, WRITE)).isInstanceOf(FileSystemException.class);
            opener.open(path).close();
            assertThatThrownBy(() -> Files.delete(path)).isInstanceOf(FileSystemException.class);
            assertThat(channel.size()).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOpenFileIsSharedForReadingWritingAndDeleting(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE)) {
            channel.write(bytes("content"), 0).get();
            assertThat(content()).isEqualTo("content");
            Files.writeString(path, "changed");
            Files.delete(path);
            final ByteBuffer target = ByteBuffer.allocate(7);
            assertThat(channel.read(target, 0).get()).isEqualTo(7);
            assertThat(target.flip()).isEqualTo(bytes("changed"));
        }
        assertThat(path).doesNotExist();
    }

    /** Found by name, because the compiler warns of the class. */
    private static OpenOption extended(final String name) throws ReflectiveOperationException {
        return (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption").getField(name).get(null);
    }

    @ParameterizedTest
    @EnumSource
    void aFileCanBeDeletedOnClose(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, WRITE, CREATE_NEW, DELETE_ON_CLOSE)) {
            assertThat(channel.write(bytes("content"), 0).get()).isEqualTo(7);
            assertThat(path).exists();
        }
        assertThat(path).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void attributesOfWindowsAreSet(final Opener opener) throws Exception {
        assertThatThrownBy(() -> opener.open(path, Set.of(WRITE, CREATE), null, attribute("dos:hidden", true)))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> opener.open(path, Set.of(READ), null, attribute("posix:permissions", Set.of())))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> opener.open(path, Set.of(WRITE), null, (FileAttribute<?>) null))
                .isInstanceOf(NullPointerException.class);
        assertThat(path).doesNotExist();
        final Path model = Files.createFile(folder.resolve("model"));
        final List<AclEntry> list = Files.getFileAttributeView(model, AclFileAttributeView.class).getAcl();
        opener.open(path, Set.of(WRITE, CREATE_NEW), null, attribute("acl:acl", list)).close();
        assertThat(path).isEmptyFile();
        final FileAttribute<?> acl = attribute("acl:acl", list);
        assertThatThrownBy(() -> opener.open(path, Set.of(WRITE, CREATE_NEW), null, acl))
                .isInstanceOf(FileAlreadyExistsException.class);
        opener.open(path, Set.of(WRITE, CREATE), null, attribute("acl:acl", list)).close();
        opener.open(path, Set.of(READ), null, attribute("acl:acl", list)).close();
    }

    private static FileAttribute<?> attribute(final String name, final Object value) {
        return new FileAttribute<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Object value() {
                return value;
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void handlersRunOnTheExecutorWhichSurvivesTheClose(final Opener opener) throws Exception {
        final ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "own"));
        try {
            try (AsynchronousFileChannel channel = opener.open(path, Set.of(READ, WRITE, CREATE), executor)) {
                final Outcome<Integer> written = new Outcome<>();
                channel.write(bytes("content"), 0, null, written);
                assertThat(written.get()).isEqualTo(7);
                assertThat(written.thread.getName()).isEqualTo("own");
                final Outcome<FileLock> locked = new Outcome<>();
                channel.lock(0, 1, false, null, locked);
                locked.get();
                assertThat(locked.thread.getName()).isEqualTo("own");
            }
            assertThat(executor.submit(() -> "still there").get()).isEqualTo("still there");
        } finally {
            executor.shutdown();
        }
        final AsynchronousFileChannel channel = opener.open(path, Set.of(READ), executor);
        channel.close();
        final Outcome<Integer> refused = new Outcome<>();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1), 0, null, refused))
                .isInstanceOf(ShutdownChannelGroupException.class);
    }

    @ParameterizedTest
    @EnumSource
    void handlersMayBlockInterruptAndClose(final Opener opener) throws Exception {
        final AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE);
        final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch all = new CountDownLatch(40);
        final CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < 40; i++) {
            channel.write(bytes("x"), i, null, new CompletionHandler<Integer, Object>() {
                @Override
                public void completed(final Integer result, final Object attachment) {
                    threads.add(Thread.currentThread());
                    all.countDown();
                    awaitQuietly(release);
                    Thread.currentThread().interrupt();
                }

                @Override
                public void failed(final Throwable failure, final Object attachment) {
                    throw new AssertionError(failure);
                }
            });
        }
        // They block at the same time.
        all.await();
        release.countDown();
        final CompletableFuture<Boolean> closed = new CompletableFuture<>();
        channel.read(ByteBuffer.allocate(1), 0, null, new CompletionHandler<Integer, Object>() {
            @Override
            public void completed(final Integer result, final Object attachment) {
                try {
                    channel.close();
                    closed.complete(!channel.isOpen() && !Thread.currentThread().isInterrupted());
                } catch (final IOException failure) {
                    closed.completeExceptionally(failure);
                }
            }

            @Override
            public void failed(final Throwable failure, final Object attachment) {
                closed.completeExceptionally(failure);
            }
        });
        assertThat(closed.get()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionOfAHandlerGoesToTheUncaughtHandlerOnceAndTheChannelGoesOn(final Opener opener) throws Exception {
        final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
        final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
            final Thread thread = new Thread(task);
            thread.setUncaughtExceptionHandler((which, thrown) -> uncaught.add(thrown));
            return thread;
        });
        try (AsynchronousFileChannel channel = opener.open(path, Set.of(READ, WRITE, CREATE), executor)) {
            for (int i = 0; i < 10; i++) {
                final IllegalStateException thrown = new IllegalStateException("of handler " + i);
                channel.write(bytes("x"), i, null, new CompletionHandler<Integer, Object>() {
                    @Override
                    public void completed(final Integer result, final Object attachment) {
                        throw thrown;
                    }

                    @Override
                    public void failed(final Throwable failure, final Object attachment) {
                        throw new AssertionError(failure);
                    }
                });
                assertThat(uncaught.take()).isSameAs(thrown);
            }
            final Outcome<Integer> read = new Outcome<>();
            channel.read(ByteBuffer.allocate(20), 0, null, read);
            assertThat(read.get()).isEqualTo(10);
            assertThat(uncaught).isEmpty();
        } finally {
            executor.shutdown();
        }
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @ParameterizedTest
    @EnumSource
    void operationsInFlightEndWithTheClose(final Opener opener) throws Exception {
        for (int i = 0; i < 20; i++) {
            final AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE);
            final List<Outcome<Integer>> outcomes = new ArrayList<>();
            final List<Future<Integer>> futures = new ArrayList<>();
            for (int j = 0; j < 50; j++) {
                final Outcome<Integer> outcome = new Outcome<>();
                channel.write(ByteBuffer.allocate(1_000), j * 1_000L, null, outcome);
                outcomes.add(outcome);
                futures.add(channel.write(ByteBuffer.allocateDirect(1_000), j * 1_000L));
            }
            channel.close();
            for (final Outcome<Integer> outcome : outcomes) {
                endsWell(outcome.future);
            }
            for (final Future<Integer> future : futures) {
                endsWell(future);
            }
        }
    }

    private static void endsWell(final Future<Integer> future) throws Exception {
        try {
            assertThat(future.get(1, TimeUnit.MINUTES)).isEqualTo(1_000);
        } catch (final ExecutionException failed) {
            assertThat(failed).hasCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cancelledFuturesAreDoneAtOnce(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE)) {
            for (int i = 0; i < 200; i++) {
                final Future<Integer> write = channel.write(ByteBuffer.allocate(10_000), i);
                if (write.cancel(false)) {
                    assertThat(write.isCancelled()).isTrue();
                } else {
                    assertThat(write.get()).isEqualTo(10_000);
                }
                assertThat(write.isDone()).isTrue();
            }
            assertThat(channel.isOpen()).isTrue();
            boolean cancelled = false;
            while (!cancelled) {
                cancelled = channel.write(ByteBuffer.allocate(1 << 20), 0).cancel(true);
            }
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerIsCollectableAfterItsCall(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE)) {
            Outcome<Integer> outcome = new Outcome<>();
            channel.write(bytes("content"), 0, outcome, outcome);
            outcome.get();
            final WeakReference<Outcome<Integer>> weak = new WeakReference<>(outcome);
            outcome = null;
            while (weak.get() != null) {
                System.gc();
                Thread.sleep(1);
            }
            assertThat(channel.isOpen()).isTrue();
        }
    }
}

package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.direct;
import static io.github.iocp4j.nio.ChannelPair.heap;
import static io.github.iocp4j.nio.Outcome.failureOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads, writes, cancels and the close of file channels. */
@Timeout(120)
final class FileChannelsTest extends EachFileChannel {
    @ParameterizedTest
    @EnumSource
    void readAndWriteWithFutures(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE)) {
            final ByteBuffer heap = heap("..heap").position(2);
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
            channel.write(heap("handlers"), 2, "attached", written);
            assertThat(written.get()).isEqualTo(8);
            assertThat(written.attachment()).isEqualTo("attached");
            assertThat(written.thread()).isNotSameAs(Thread.currentThread());
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
            assertThat(empty.thread()).isNotSameAs(Thread.currentThread());
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
        assertThat(handler.isDone()).isFalse();
        assertThat(lockHandler.isDone()).isFalse();
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
        assertThat(failureOf(channel.read(buffer, 0))).isInstanceOf(ClosedChannelException.class);
        assertThat(failureOf(channel.write(ByteBuffer.allocate(0), 0))).isInstanceOf(ClosedChannelException.class);
        assertThat(failureOf(channel.lock())).isInstanceOf(ClosedChannelException.class);
        final Outcome<Integer> read = new Outcome<>();
        channel.read(buffer, 0, "attached", read);
        assertThat(read.failure()).isInstanceOf(ClosedChannelException.class);
        assertThat(read.attachment()).isEqualTo("attached");
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
                endsWell(outcome::get);
            }
            for (final Future<Integer> future : futures) {
                endsWell(future::get);
            }
        }
    }

    private static void endsWell(final Callable<Integer> outcome) throws Exception {
        try {
            assertThat(outcome.call()).isEqualTo(1_000);
        } catch (final ExecutionException failed) {
            assertThat(failed).hasCauseInstanceOf(ClosedChannelException.class);
        }
    }
}

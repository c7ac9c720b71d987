package io.github.iocp4j.nio;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Locks of file channels. */
@Timeout(120)
final class FileChannelLocksTest extends EachFileChannel {
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
            assertThat(third.attachment()).isEqualTo("attached");
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
}

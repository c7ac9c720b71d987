package io.github.iocp4j.nio;

import static io.github.iocp4j.fixtures.PipePair.buffer;
import static io.github.iocp4j.fixtures.PipePair.text;
import static io.github.iocp4j.nio.Outcome.failureOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.file.FileRange;
import io.github.iocp4j.file.FileShare;
import io.github.iocp4j.file.LockMode;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.Wine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reads, writes and locks of files as futures. */
@Timeout(120)
final class FileFuturesTest {
    private static final FileRange RANGE = FileRange.from(0).length(10);

    @TempDir
    Path folder;

    private OverlappedFile open() throws IOException {
        return OverlappedFile.builder(Streams.port(), folder.resolve("file")).read().write().create()
                .share(FileShare.READ, FileShare.WRITE).open();
    }

    @Test
    void readWhatWasWritten() throws Exception {
        try (OverlappedFile file = open()) {
            final ByteBuffer source = buffer("content");
            assertThat(Futures.write(file, source, 3).get()).isEqualTo(7);
            assertThat(source.hasRemaining()).isFalse();
            final ByteBuffer target = ByteBuffer.allocateDirect(20);
            assertThat(Futures.read(file, target, 6, Duration.ofMinutes(1)).get()).isEqualTo(4);
            assertThat(text(target, 4)).isEqualTo("tent");
            assertThat(target.position()).isEqualTo(4);
            assertThat(Futures.read(file, target, 10).get()).isEqualTo(-1);
            assertThat(Futures.read(file, target, 1L << 40).get()).isEqualTo(-1);
            assertThat(Futures.write(file, buffer("!"), 10, Duration.ofMinutes(1)).get()).isEqualTo(1);
            assertThat(file.size()).isEqualTo(11);
        }
    }

    @Test
    void manyAtOnce() throws Exception {
        try (OverlappedFile file = open()) {
            final List<CompletableFuture<Integer>> writes = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                writes.add(Futures.write(file, ByteBuffer.allocateDirect(8).putLong(0, i), i * 8L));
            }
            CompletableFuture.allOf(writes.toArray(new CompletableFuture<?>[0])).get();
            final ByteBuffer all = ByteBuffer.allocateDirect(8_000);
            assertThat(Futures.read(file, all, 0).get()).isEqualTo(8_000);
            for (int i = 0; i < 1_000; i++) {
                assertThat(all.getLong(i * 8)).isEqualTo(i);
            }
        }
    }

    private static void skipWhereLocksDoNotWait() {
        Wine.skip("Wine never ends the wait for a lock");
    }

    @Test
    void locksAreHeldUntilTheyAreUnlocked() throws Exception {
        try (OverlappedFile file = open(); OverlappedFile second = open()) {
            Futures.lock(file, RANGE, LockMode.EXCLUSIVE).get();
            assertThat(second.tryLockNow(RANGE, LockMode.SHARED)).isFalse();
            file.unlock(RANGE);
            Futures.lock(second, RANGE, LockMode.SHARED, Duration.ofMinutes(1)).get();
            Futures.lock(file, RANGE, LockMode.SHARED).get();
        }
    }

    @Test
    void locksWaitTimeOutAndAreCancelled() throws Exception {
        skipWhereLocksDoNotWait();
        try (OverlappedFile file = open(); OverlappedFile second = open()) {
            Futures.lock(file, RANGE, LockMode.EXCLUSIVE).get();
            assertThat(failureOf(Futures.lock(second, RANGE, LockMode.SHARED, Duration.ofMillis(20))))
                    .isInstanceOf(TimeoutException.class);
            final CompletableFuture<Void> cancelled = Futures.lock(second, RANGE, LockMode.SHARED);
            assertThat(cancelled.cancel(false)).isTrue();
            assertThatThrownBy(cancelled::get).isInstanceOf(CancellationException.class);
            file.unlock(RANGE);
            Futures.lock(second, RANGE, LockMode.EXCLUSIVE).get();
            assertThat(file.tryLockNow(RANGE, LockMode.SHARED)).isFalse();
        }
    }

    @Test
    void aLockThatIsGrantedDuringItsCancelIsReleased() throws Exception {
        try (OverlappedFile file = open(); OverlappedFile second = open()) {
            for (int i = 0; i < 100; i++) {
                final CompletableFuture<Void> lock = Futures.lock(file, RANGE, LockMode.EXCLUSIVE);
                lock.cancel(false);
                final boolean granted = lock.handle((nothing, failure) -> failure == null).get();
                assertThat(second.tryLockNow(RANGE, LockMode.SHARED)).isNotEqualTo(granted);
                (granted ? file : second).unlock(RANGE);
            }
        }
    }

    @Test
    void theCloseEndsALockThatWaits() throws Exception {
        skipWhereLocksDoNotWait();
        try (OverlappedFile file = open(); OverlappedFile second = open()) {
            Futures.lock(file, RANGE, LockMode.EXCLUSIVE).get();
            final CompletableFuture<Void> lock = Futures.lock(second, RANGE, LockMode.EXCLUSIVE);
            assertThat(second.close(Duration.ofMinutes(1))).isTrue();
            assertThat(failureOf(lock)).isInstanceOf(AsynchronousCloseException.class);
        }
    }

    @Test
    void aClosedFileTakesNothing() throws Exception {
        try (OverlappedFile second = open()) {
            assertThat(second.close(Duration.ofMinutes(1))).isTrue();
            assertThat(failureOf(Futures.lock(second, RANGE, LockMode.SHARED)))
                    .isInstanceOf(ClosedChannelException.class);
            assertThat(failureOf(Futures.read(second, ByteBuffer.allocateDirect(1), 0)))
                    .isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void misuseIsThrown() throws Exception {
        try (OverlappedFile file = open();
                OverlappedFile readable = OverlappedFile.builder(Streams.port(), folder.resolve("file"))
                        .share(FileShare.READ, FileShare.WRITE).open()) {
            final ByteBuffer direct = ByteBuffer.allocateDirect(8);
            assertThatThrownBy(() -> Futures.read(file, direct, -1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Futures.read(file, ByteBuffer.allocate(1), 0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Futures.read(file, direct.asReadOnlyBuffer(), 0))
                    .isInstanceOf(ReadOnlyBufferException.class);
            assertThatThrownBy(() -> Futures.write(readable, direct, 0))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> Futures.lock(file, null, LockMode.SHARED))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> Futures.lock(file, RANGE, LockMode.SHARED, Duration.ofMillis(-1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}

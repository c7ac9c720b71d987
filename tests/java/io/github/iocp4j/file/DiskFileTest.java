package io.github.iocp4j.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.FilesOnAPort;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.DosFileAttributes;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The file as a whole: size, compression, locks, times and attributes. */
@Timeout(120)
final class DiskFileTest extends FilesOnAPort {
    private static final long GIB = 1L << 30;

    @Test
    void cutsExtendsAndFlushes() throws Exception {
        try (OverlappedFile file = create()) {
            write(file, "12345", 0);
            file.setSize(3);
            file.flush();
            assertThat(file.size()).isEqualTo(3);
            file.setSize(5 * GIB);
            assertThat(file.size()).isEqualTo(5 * GIB);
            assertThat(read(file, 0, 5)).isEqualTo("123\0\0");
        }
    }

    @Test
    void fileThatIsOpenForReadingRefusesChangesByName() throws Exception {
        try (OverlappedFile created = create()) {
            write(created, "12345", 0);
        }
        try (OverlappedFile file = OverlappedFile.builder(port, path).open()) {
            assertThatThrownBy(() -> file.setSize(1)).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("not open for writing").hasMessageContaining("Builder.write()");
            assertThatThrownBy(file::setSparse).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> file.setCompressed(true)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(file::flush).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("open for reading only");
            assertThat(file.size()).isEqualTo(5);
        }
    }

    @Test
    void nullIsRefusedByName() throws Exception {
        final FileRange range = FileRange.from(0).length(1);
        try (OverlappedFile file = create()) {
            assertThatThrownBy(() -> file.lock(range, null, 1)).isInstanceOf(NullPointerException.class)
                    .hasMessage("mode");
            assertThatThrownBy(() -> file.tryLock(null, LockMode.SHARED, 1)).hasMessage("range");
            assertThatThrownBy(() -> file.unlock(null)).hasMessage("range");
            assertThatThrownBy(() -> file.copyMetadataFrom(null)).hasMessage("source");
            assertThatThrownBy(() -> file.read((ByteBuffer) null, FilePosition.at(0), 1)).hasMessage("buffer");
            assertThatThrownBy(() -> file.read(ByteBuffer.allocateDirect(1), null, 1)).hasMessage("position");
            assertThatThrownBy(() -> file.readInto(null, FilePosition.at(0), 1)).hasMessage("slice");
            assertThatThrownBy(() -> file.writeFrom(null, FilePosition.at(0), 1)).hasMessage("slice");
            assertThatThrownBy(() -> file.cancelAll((Opcode) null)).hasMessage("opcode");
            assertThat(port.snapshot().operationsInFlight()).isZero();
        }
    }

    @Test
    void compressesIfTheFileSystemDoes() throws Exception {
        try (OverlappedFile file = create()) {
            try {
                file.setCompressed(true);
            } catch (final Win32Exception refused) {
                assertThat(refused.code()).isIn(Win32Error.INVALID_FUNCTION, Win32Error.NOT_SUPPORTED);
                assumeTrue(false, "this file system, like that of Wine, does not support compression");
            }
            // Windows executes such a write during the call. One completion follows nevertheless.
            write(file, "compressed", 0);
            write(file, "extended", 1_000_000);
            assertThat(read(file, 0, 10)).isEqualTo("compressed");
        }
    }

    @Test
    void locksKeepOthersOut() throws Exception {
        try (OverlappedFile file = writable().share(FileShare.values()).open();
                OverlappedFile other = writable().share(FileShare.values()).open()) {
            file.lock(FileRange.from(5 * GIB).length(100), LockMode.EXCLUSIVE, 1);
            recorder.nextSuccess(Opcode.LOCK);
            file.tryLock(FileRange.from(0).length(10), LockMode.SHARED, 2);
            recorder.nextSuccess(Opcode.LOCK);

            other.tryLock(FileRange.from(5 * GIB + 99).length(1), LockMode.EXCLUSIVE, 3);
            assertThat(recorder.next().status).isEqualTo(Win32Error.LOCK_VIOLATION);
            other.tryLock(FileRange.from(9).length(1), LockMode.SHARED, 4);
            recorder.nextSuccess(Opcode.LOCK);
            file.unlock(FileRange.from(5 * GIB).length(100));
            other.tryLock(FileRange.from(5 * GIB + 99).length(1), LockMode.EXCLUSIVE, 5);
            recorder.nextSuccess(Opcode.LOCK);
            assertThatThrownBy(() -> file.unlock(FileRange.from(5 * GIB).length(100)))
                    .isInstanceOf(Win32Exception.class);
        }
    }

    @Test
    void locksAtOnceWithoutThePort() throws Exception {
        final FileRange range = FileRange.from(5 * GIB).length(100);
        try (OverlappedFile file = writable().share(FileShare.values()).open();
                OverlappedFile other = writable().share(FileShare.values()).open()) {
            assertThat(file.tryLockNow(range, LockMode.EXCLUSIVE)).isTrue();
            assertThat(other.tryLockNow(FileRange.from(5 * GIB + 99).length(1), LockMode.SHARED)).isFalse();
            assertThat(other.tryLockNow(FileRange.from(5 * GIB + 100).length(1), LockMode.EXCLUSIVE)).isTrue();
            file.unlock(range);
            assertThat(other.tryLockNow(range, LockMode.SHARED)).isTrue();
            assertThat(file.tryLockNow(range, LockMode.SHARED)).isTrue();
            assertThat(port.snapshot().operationsAccepted()).as("no completion follows").isZero();
            file.closeAsync().toCompletableFuture().get();
            assertThatThrownBy(() -> file.tryLockNow(range, LockMode.SHARED))
                    .isInstanceOf(DeviceClosedException.class);
            assertThatThrownBy(() -> other.tryLockNow(range, null)).hasMessage("mode");
            assertThatThrownBy(() -> other.tryLockNow(null, LockMode.SHARED)).hasMessage("range");
        }
    }

    @Test
    void emptyRangeCanBeLocked() throws Exception {
        final FileRange empty = FileRange.from(3).length(0);
        try (OverlappedFile file = create()) {
            assertThat(file.tryLockNow(empty, LockMode.EXCLUSIVE)).isTrue();
            file.unlock(empty);
            file.lock(empty, LockMode.SHARED, 1);
            recorder.nextSuccess(Opcode.LOCK);
            file.unlock(empty);
        }
    }

    @Test
    void identityIsThatOfTheFileAndNotOfTheHandle() throws Exception {
        try (OverlappedFile file = writable().share(FileShare.values()).open();
                OverlappedFile same = writable().share(FileShare.values()).open();
                OverlappedFile other = OverlappedFile.builder(port, folder.resolve("other")).write().create().open()) {
            assertThat(same.identity()).isEqualTo(file.identity()).hasSameHashCodeAs(file.identity())
                    .hasToString(file.identity().toString());
            assertThat(other.identity()).isNotEqualTo(file.identity());
            assertThat(other.identity().volumeSerialNumber()).isEqualTo(file.identity().volumeSerialNumber());
            file.closeAsync().toCompletableFuture().get();
            assertThatThrownBy(file::identity).isInstanceOf(DeviceClosedException.class);
        }
    }

    @Test
    void takesOverTimesAndAttributes() throws Exception {
        final Path source = Files.createFile(folder.resolve("source"));
        Files.setLastModifiedTime(source, FileTime.fromMillis(1_000_000_000_000L));
        Files.setAttribute(source, "dos:hidden", true);
        try (OverlappedFile from = OverlappedFile.open(port, source); OverlappedFile file = create()) {
            write(file, "x", 0);
            file.copyMetadataFrom(from);
        }
        assertThat(Files.getLastModifiedTime(path)).isEqualTo(FileTime.fromMillis(1_000_000_000_000L));
        assertThat(Files.readAttributes(path, DosFileAttributes.class).isHidden()).isTrue();
    }
}

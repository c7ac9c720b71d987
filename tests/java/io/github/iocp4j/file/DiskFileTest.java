package io.github.iocp4j.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.FilesOnAPort;
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

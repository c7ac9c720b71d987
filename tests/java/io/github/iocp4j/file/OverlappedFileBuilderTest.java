package io.github.iocp4j.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.FilesOnAPort;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Opening files: each option, and the reason when Windows refuses. */
@Timeout(120)
final class OverlappedFileBuilderTest extends FilesOnAPort {
    @Test
    void openFailsWithTheReason() throws Exception {
        expectRefused(NoSuchFileException.class, Win32Error.FILE_NOT_FOUND, "",
                () -> OverlappedFile.open(port, path));
        expectRefused(NoSuchFileException.class, Win32Error.PATH_NOT_FOUND, "",
                () -> OverlappedFile.open(port, path.resolve("file")));
        expectRefused(AccessDeniedException.class, Win32Error.ACCESS_DENIED, "the path is a folder",
                () -> OverlappedFile.open(port, folder));
        expectRefused(FileSystemException.class, Win32Error.NOT_SUPPORTED, "is not a file on a disk",
                () -> OverlappedFile.open(port, folder.resolve("NUL")));
        try (OverlappedFile alone = writable().share().open()) {
            assertThat(alone.isOpen()).isTrue();
            expectRefused(FileSystemException.class, Win32Error.SHARING_VIOLATION, "",
                    () -> OverlappedFile.open(port, path));
        }
        expectRefused(FileAlreadyExistsException.class, Win32Error.FILE_EXISTS, "",
                () -> OverlappedFile.builder(port, path).write().createNew().open());
        assertThatThrownBy(() -> OverlappedFile.open(port, path.resolve("missing"))).isInstanceOfSatisfying(
                FileSystemException.class,
                refused -> assertThat(refused.getFile()).isEqualTo(path.resolve("missing").toString()));
        assertThatIllegalArgumentException().isThrownBy(() -> writable().createNew().open());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OverlappedFile.builder(port, path).truncate().open());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OverlappedFile.builder(port, path).append().unbuffered().open());
    }

    private static void expectRefused(
            final Class<? extends FileSystemException> type, final int code, final String why,
            final ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(type).hasMessageContaining("CreateFile")
                .hasMessageContaining(why).hasMessageContaining(Win32Error.name(code))
                .satisfies(refused -> assertThat(Win32Exception.codeOf(refused)).isEqualTo(code));
    }

    @Test
    void optionsDoWhatTheySay() throws Exception {
        Files.writeString(path, "content");
        try (OverlappedFile file = OverlappedFile.builder(port, path).read().write().truncate()
                .writeThrough().random().open()) {
            assertThat(file.size()).isZero();
        }
        Files.writeString(path, "content");
        try (OverlappedFile file = writable().truncate().sequential().share(FileShare.values()).open();
                OverlappedFile second = OverlappedFile.builder(port, path).read().write()
                        .share(FileShare.values()).open()) {
            assertThat(file.size()).isZero();
            assertThat(second.size()).isZero();
        }
        try (OverlappedFile file = writable().temporary().deleteOnClose().open()) {
            write(file, "x", 0);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void longAndForeignNamesAreFine() throws Exception {
        Path deep = folder;
        while (deep.toString().length() < 400) {
            deep = Files.createDirectory(deep.resolve("große Ordner 文件夹"));
        }
        path = deep.resolve("файл");
        try (OverlappedFile file = create()) {
            write(file, "x", 0);
            assertThat(file.name()).isEqualTo(path.toString());
        }
        assertThat(Files.size(path)).isEqualTo(1);
    }
}

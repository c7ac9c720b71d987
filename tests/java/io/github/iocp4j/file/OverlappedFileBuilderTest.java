package io.github.iocp4j.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.FilesOnAPort;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Opening files: each option, and the reason when Windows refuses. */
@Timeout(120)
final class OverlappedFileBuilderTest extends FilesOnAPort {
    @Test
    void openFailsWithTheReason() throws Exception {
        assertThatThrownBy(() -> OverlappedFile.open(port, path)).isInstanceOfSatisfying(Win32Exception.class,
                e -> assertThat(e.code()).isEqualTo(Win32Error.FILE_NOT_FOUND)).hasMessageContaining(path.toString());
        assertThatThrownBy(() -> OverlappedFile.open(port, folder)).isInstanceOfSatisfying(Win32Exception.class,
                e -> assertThat(e.code()).isEqualTo(Win32Error.ACCESS_DENIED)).hasMessageContaining("is a folder");
        assertThatThrownBy(() -> OverlappedFile.open(port, folder.resolve("NUL")))
                .isInstanceOfSatisfying(Win32Exception.class,
                        e -> assertThat(e.code()).isEqualTo(Win32Error.NOT_SUPPORTED))
                .hasMessageContaining("is not a file on a disk");
        try (OverlappedFile alone = writable().share().open()) {
            assertThat(alone.isOpen()).isTrue();
            assertThatThrownBy(() -> OverlappedFile.open(port, path)).isInstanceOfSatisfying(Win32Exception.class,
                    e -> assertThat(e.code()).isEqualTo(Win32Error.SHARING_VIOLATION));
        }
        assertThatThrownBy(() -> OverlappedFile.builder(port, path).write().createNew().open())
                .isInstanceOfSatisfying(Win32Exception.class,
                        e -> assertThat(e.code()).isEqualTo(Win32Error.FILE_EXISTS));
        assertThatIllegalArgumentException().isThrownBy(() -> writable().createNew().open());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OverlappedFile.builder(port, path).truncate().open());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OverlappedFile.builder(port, path).append().unbuffered().open());
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

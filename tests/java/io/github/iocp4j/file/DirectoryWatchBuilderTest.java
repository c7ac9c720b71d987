package io.github.iocp4j.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories and settings that are refused; the message has the name and the valid values. */
final class DirectoryWatchBuilderTest {
    private static CompletionPort port;

    @TempDir
    private Path folder;

    @BeforeAll
    static void openPort() throws Win32Exception {
        port = CompletionPort.builder(batch -> { }).workers(1).open();
    }

    @AfterAll
    static void closePort() {
        port.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1, 4095, (1 << 20) + 1, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void refusesAbsurdSizesOfBuffers(final int bytes) {
        assertThatThrownBy(() -> builder().bufferSize(bytes)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The size of the buffers is " + bytes + ", but must be from 4096 to 1048576");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1, 17, Integer.MAX_VALUE})
    void refusesAbsurdNumbersOfBuffers(final int count) {
        assertThatThrownBy(() -> builder().buffers(count)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The number of buffers is " + count + ", but must be from 2 to 16");
    }

    @Test
    void refusesToLookForNothing() {
        assertThatThrownBy(() -> builder().filter(Set.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("filter is empty");
        assertThatThrownBy(() -> builder().filter(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void refusesNothingInPlaceOfSomething() {
        assertThatThrownBy(() -> DirectoryWatch.builder(null, folder)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> DirectoryWatch.builder(port, null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void refusesAFolderThatIsNotWindowsOwn() {
        // That of the JDK's modules, which every JVM has.
        final FileSystem system = FileSystems.getFileSystem(URI.create("jrt:/"));
        assertThatThrownBy(() -> DirectoryWatch.builder(port, system.getPath("/modules")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("default file system");
    }

    @Test
    void refusesWhatIsNotThere() {
        expectRefused(folder.resolve("missing"), NoSuchFileException.class, Win32Error.FILE_NOT_FOUND, "");
        expectRefused(folder.resolve("missing").resolve("folder"), NoSuchFileException.class,
                Win32Error.PATH_NOT_FOUND, "");
    }

    @Test
    void refusesAFile() throws Exception {
        expectRefused(Files.createFile(folder.resolve("file")), NotDirectoryException.class, Win32Error.DIRECTORY,
                "watch the directory it is in");
    }

    @Test
    void refusesOnAClosedPort() throws Exception {
        final CompletionPort closed = CompletionPort.builder(batch -> { }).workers(1).open();
        closed.close();
        assertThatThrownBy(() -> DirectoryWatch.builder(closed, folder).open())
                .isInstanceOf(PortClosedException.class);
    }

    @Test
    void takesTheLimitsThemselves() throws Exception {
        DirectoryWatch.builder(port, folder).bufferSize(4096).buffers(2).open().close();
        DirectoryWatch.builder(port, folder).bufferSize(1 << 20).buffers(16).recursive().token(-1)
                .filter(EnumSet.allOf(ChangeFilter.class)).open().close();
    }

    @Test
    void watchesADirectoryWithALongName() throws Exception {
        Path deep = folder;
        while (deep.toString().length() < 300) {
            deep = deep.resolve("a folder with quite a long name");
        }
        Files.createDirectories(deep);
        try (DirectoryWatch watch = DirectoryWatch.builder(port, deep).open()) {
            assertThat(watch.directory()).isEqualTo(deep);
            assertThat(watch.name()).isEqualTo("\\\\?\\" + deep);
        }
    }

    private void expectRefused(
            final Path directory, final Class<? extends FileSystemException> type, final int code, final String why) {
        assertThatThrownBy(() -> DirectoryWatch.builder(port, directory).open()).isExactlyInstanceOf(type)
                .hasMessageContaining(directory.toString())
                .cause().isInstanceOf(Win32Exception.class).hasMessageContaining(why)
                .satisfies(cause -> assertThat(Win32Exception.codeOf(cause)).isEqualTo(code));
        assertThat(port.snapshot().devices()).isEmpty();
    }

    private DirectoryWatch.Builder builder() {
        return DirectoryWatch.builder(port, folder);
    }
}

package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The message of an exception for a failed call. */
final class Win32ExceptionTest {
    private final Win32Exception exception = new Win32Exception("CreateNamedPipe \\\\.\\pipe\\x", 5);

    @Test
    void reportsCallNameAndCode() {
        // Where the DLL is loaded, the text of Windows follows, in any language.
        assertThat(exception).isInstanceOf(IOException.class).hasMessageMatching(
                "CreateNamedPipe \\\\\\\\\\.\\\\pipe\\\\x failed: ERROR_ACCESS_DENIED \\(5\\)(: \\S.*\\S)?");
        assertThat(exception.code()).isEqualTo(Win32Error.ACCESS_DENIED);
        assertThat(exception.symbolicName()).isEqualTo("ERROR_ACCESS_DENIED");
    }

    @Test
    void reportsCodesThatHaveNoName() {
        assertThat(new Win32Exception("X", -1)).hasMessage("X failed: ERROR_4294967295 (4294967295)");
    }

    @Test
    void wantsToKnowTheCall() {
        assertThatThrownBy(() -> new Win32Exception(null, 5)).isInstanceOf(NullPointerException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2, NoSuchFileException", "3, NoSuchFileException", "80, FileAlreadyExistsException",
        "183, FileAlreadyExistsException", "5, AccessDeniedException", "65, AccessDeniedException",
        "1314, AccessDeniedException", "267, NotDirectoryException", "145, DirectoryNotEmptyException",
        "1921, FileSystemLoopException", "32, FileSystemException", "87, FileSystemException",
        "112, FileSystemException"})
    void becomesTheExceptionOfJavaNioFile(final int code, final String type) {
        final Win32Exception failed = new Win32Exception("ReadFile", code);

        final FileSystemException exception = failed.toFileSystemException("C:\\file");

        assertThat(exception.getClass().getName()).isEqualTo("java.nio.file." + type);
        assertThat(exception.getFile()).isEqualTo("C:\\file");
        assertThat(exception).hasCause(failed).hasMessageStartingWith("C:\\file");
        assertThat(Win32Exception.codeOf(exception)).isEqualTo(code);
    }

    @Test
    void exceptionOfJavaNioFileShowsAPathSafely() {
        assertThat(exception.toFileSystemException("a\nb\u202e")).hasMessageStartingWith("a\\nb\\u202e: ");
    }

    @Test
    void codeOfAFailureIsThatOfTheFirstExceptionThatHasOne() {
        assertThat(Win32Exception.codeOf(exception)).isEqualTo(5);
        assertThat(Win32Exception.codeOf(new IOException(new IllegalStateException(exception)))).isEqualTo(5);
        assertThat(Win32Exception.codeOf(new IOException("no code"))).isZero();
        assertThat(Win32Exception.codeOf(null)).isZero();
        assertThatThrownBy(() -> exception.toFileSystemException(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void travelsBetweenProcesses() throws Exception {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(exception);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            final Win32Exception copy = (Win32Exception) in.readObject();
            assertThat(copy).hasMessage(exception.getMessage());
            assertThat(copy.code()).isEqualTo(5);
        }
    }
}

package io.github.iocp4j.tools.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of a folder that are not copied, and the messages for them. CopyTest tests the copy. */
@Timeout(120)
final class TreeCopyTest {
    private static final int FILES = 50;

    @TempDir
    private Path folder;

    private final List<String> notices = Collections.synchronizedList(new ArrayList<>());

    @Test
    void countsWhatAFullDiskHasLeftOut() throws Exception {
        final Path source = source();
        final AtomicInteger calls = new AtomicInteger();

        final long failures = copy(source, (from, to) -> {
            if (calls.incrementAndGet() > 1) {
                throw new Win32Exception("WriteFile " + to, Win32Error.DISK_FULL);
            }
        });

        assertThat(failures).isEqualTo(FILES - 1);
        assertThat(notices.get(notices.size() - 1)).endsWith(" more were not tried, because of that");
        assertThat(notices).filteredOn(notice -> notice.contains("ERROR_DISK_FULL")).hasSize(calls.get() - 1);
    }

    @Test
    void namesAFileWhoseCopyFailsUnexpectedly() throws Exception {
        final AtomicInteger calls = new AtomicInteger();

        final long failures = copy(source(), (from, to) -> {
            final int call = calls.incrementAndGet();
            if (call == 1) {
                throw new IllegalStateException("no port");
            }
            if (call == 2) {
                throw new OutOfMemoryError("no heap");
            }
        });

        assertThat(failures).isEqualTo(2);
        assertThat(notices).hasSize(2).anyMatch(notice -> notice.contains("IllegalStateException: no port"))
                .anyMatch(notice -> notice.contains("OutOfMemoryError: no heap"));
    }

    @Test
    void countsWhatAFolderWithoutACopyHasInIt() throws Exception {
        final Path source = source();
        final Path inside = Files.createDirectories(source.resolve("sub").resolve("deep"));
        Files.createFile(inside.resolve("a"));
        Files.createFile(source.resolve("sub").resolve("b"));
        // In its place.
        Files.createFile(Files.createDirectory(folder.resolve("target")).resolve("sub"));

        assertThat(copy(source, (from, to) -> { })).as("sub, sub/deep, a and b").isEqualTo(4);
        assertThat(notices).hasSize(2).last().isEqualTo("3 more were not tried, because of that");
    }

    @Test
    void namesTheFirstOfManyWithTheSameReason() throws Exception {
        final long failures = copy(source(), (from, to) -> {
            throw new NoSuchFileException(from.toString());
        });

        assertThat(failures).isEqualTo(FILES);
        assertThat(notices).hasSize(Complaints.NAMED + 1)
                .last().isEqualTo(FILES - Complaints.NAMED + " more: there is no such file");
    }

    private Path source() throws IOException {
        final Path source = Files.createDirectory(folder.resolve("source"));
        for (int i = 0; i < FILES; i++) {
            Files.createFile(source.resolve("f" + i));
        }
        return source;
    }

    private long copy(final Path source, final TreeCopy.FileCopy files) throws IOException {
        return new TreeCopy(files, 2, false, new Stop(), source, folder.resolve("target"),
                new Complaints(notices::add)).copy();
    }
}

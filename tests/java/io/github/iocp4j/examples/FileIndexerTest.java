package io.github.iocp4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.OverlappedFile;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The indexer finds the same as code that reads each file as a whole. */
@Timeout(120)
class FileIndexerTest {
    private static final int[] SIZES = {0, 1, 65_535, 65_536, 65_537, 300_000};

    @TempDir
    private Path folder;

    @Test
    void findsWhatAReaderOfWholeFilesFinds() throws Exception {
        final Random random = new Random(1);
        final Map<Path, String> expected = new TreeMap<>();
        for (int i = 0; i < 120; i++) {
            final byte[] content = new byte[i < SIZES.length ? SIZES[i] : random.nextInt(10_000)];
            random.nextBytes(content);
            final Path file = folder.resolve("folder" + i % 7).resolve("file" + i);
            Files.createDirectories(file.getParent());
            Files.write(file, content);
            expected.put(file, String.format("%064x",
                    new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)))));
        }

        final FileIndexer index = FileIndexer.of(folder);

        assertThat(index.digests()).isEqualTo(expected);
        assertThat(index.failures()).isEmpty();
    }

    @Test
    void aFileThatCannotBeReadStopsNoOther() throws Exception {
        Files.write(folder.resolve("free"), new byte[] {1});
        final Path locked = Files.write(folder.resolve("locked"), new byte[] {2});
        try (CompletionPort port = CompletionPort.open(batch -> { });
                OverlappedFile holder = OverlappedFile.builder(port, locked).share().open()) {
            final FileIndexer index = FileIndexer.of(folder);

            assertThat(holder.isOpen()).isTrue();
            assertThat(index.digests()).containsOnlyKeys(folder.resolve("free"));
            assertThat(index.failures()).containsOnlyKeys(locked);
            assertThat(Win32Exception.codeOf(index.failures().get(locked)))
                    .isEqualTo(Win32Error.SHARING_VIOLATION);
        }
    }
}

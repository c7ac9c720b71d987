package io.github.iocp4j.examples;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the SHA-256 of every file in a folder and below, with many reads in flight. */
public final class FileIndexer {
    private static final int READERS = 32;

    private final Map<Path, String> digests = new ConcurrentSkipListMap<>();
    private final Map<Path, IOException> failures = new ConcurrentSkipListMap<>();
    private final Queue<Path> files;
    private final CountDownLatch readers = new CountDownLatch(READERS);

    private FileIndexer(final Queue<Path> files) {
        this.files = files;
    }

    /** Reads all files. A file that cannot be read becomes a failure; the other files are still read. */
    static FileIndexer of(final Path folder) throws IOException, InterruptedException, NoSuchAlgorithmException {
        final FileIndexer index;
        try (Stream<Path> tree = Files.walk(folder)) {
            index = new FileIndexer(
                    tree.filter(Files::isRegularFile).collect(Collectors.toCollection(ConcurrentLinkedQueue::new)));
        }
        try (CompletionPort port = CompletionPort.open(FileIndexer::onCompletion)) {
            for (int i = 0; i < READERS; i++) {
                index.new Reader(port).nextFile();
            }
            index.readers.await();
        }
        return index;
    }

    /** Prints what sha256sum prints. */
    public static void main(final String[] args) throws Exception {
        final FileIndexer index = FileIndexer.of(Path.of(args[0]));
        index.digests().forEach((file, digest) -> System.out.println(digest + "  " + file));
        index.failures().forEach((file, failure) -> System.err.println(failure.getMessage()));
    }

    Map<Path, String> digests() {
        return digests;
    }

    Map<Path, IOException> failures() {
        return failures;
    }

    static void onCompletion(final Completion completion) {
        final Reader reader = (Reader) completion.device().attachment();
        switch (completion.status()) {
            case Win32Error.SUCCESS:
                reader.onBytes(completion.bytes());
                break;
            case Win32Error.HANDLE_EOF:
                reader.onEnd();
                break;
            default:
                reader.onFailure(completion.error());
        }
    }

    /** Reads one file after another, with one read in flight: so it is never in two workers, and needs no lock. */
    private final class Reader {
        private final CompletionPort port;
        private final MessageDigest digest = MessageDigest.getInstance("SHA-256");
        private final ByteBuffer block = ByteBuffer.allocateDirect(1 << 16);
        private OverlappedFile file;
        private Path path;
        private long position;

        Reader(final CompletionPort port) throws NoSuchAlgorithmException {
            this.port = port;
        }

        void nextFile() {
            for (path = files.poll(); path != null; path = files.poll()) {
                try {
                    file = OverlappedFile.builder(port, path).sequential().open();
                    file.attach(this);
                    position = 0;
                    readNext();
                    return;
                } catch (final IOException e) {
                    failures.put(path, e);
                }
            }
            readers.countDown();
        }

        void onBytes(final int count) {
            digest.update(block.clear().limit(count));
            position += count;
            readNext();
        }

        void onEnd() {
            digests.put(path, String.format("%064x", new BigInteger(1, digest.digest())));
            file.close();
            nextFile();
        }

        void onFailure(final IOException failure) {
            digest.reset();
            failures.put(path, failure);
            file.close();
            nextFile();
        }

        /** Always the last thing to do: the completion may be with another worker before this returns. */
        private void readNext() {
            file.read(block.clear(), FilePosition.at(position), 0);
        }
    }
}

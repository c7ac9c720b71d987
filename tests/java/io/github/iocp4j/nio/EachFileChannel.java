package io.github.iocp4j.nio;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests of what file channels of this module and of the JDK both do: each test runs with both. */
abstract class EachFileChannel {
    /** Who opens a channel. */
    enum Opener {
        OURS {
            @Override
            AsynchronousFileChannel open(final Path file, final Set<? extends OpenOption> options,
                    final ExecutorService executor, final FileAttribute<?>... attributes) throws IOException {
                return FileChannels.open(file, options, executor, attributes);
            }

            @Override
            AsynchronousFileChannel open(final Path file, final OpenOption... options) throws IOException {
                return FileChannels.open(file, options);
            }
        },
        JDK {
            @Override
            AsynchronousFileChannel open(final Path file, final Set<? extends OpenOption> options,
                    final ExecutorService executor, final FileAttribute<?>... attributes) throws IOException {
                return AsynchronousFileChannel.open(file, options, executor, attributes);
            }

            @Override
            AsynchronousFileChannel open(final Path file, final OpenOption... options) throws IOException {
                return AsynchronousFileChannel.open(file, options);
            }
        };

        abstract AsynchronousFileChannel open(Path file, Set<? extends OpenOption> options, ExecutorService executor,
                FileAttribute<?>... attributes) throws IOException;

        abstract AsynchronousFileChannel open(Path file, OpenOption... options) throws IOException;
    }

    @TempDir
    Path folder;
    /** The file of the test. */
    Path path;

    @BeforeEach
    void choosePath() {
        path = folder.resolve("file");
    }

    final String content() throws IOException {
        return Files.readString(path);
    }
}

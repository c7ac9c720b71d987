package io.github.iocp4j.nio;

import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.FileSystems;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * Opens files as {@link AsynchronousFileChannel}s. A program changes one line: {@code
 * AsynchronousFileChannel.open(path, READ)} becomes {@code FileChannels.open(path, READ)}. There is no provider
 * interface through which {@code AsynchronousFileChannel.open} itself would do this.
 *
 * <p>The channels do what {@link AsynchronousFileChannel} says, with the options and exceptions of the JDK's channels.
 * This is different:
 *
 * <ul>
 * <li>{@link java.util.concurrent.Future#cancel} also cancels the operation in Windows ({@code CancelIoEx}). The future
 * is done at once. A direct buffer of a cancelled read may change until Windows has ended the operation: do not use it
 * again. With {@code true} the channel is closed, as the JDK's is.
 * <li>{@link AsynchronousFileChannel#close} waits until Windows has ended the operations in flight and has closed the
 * file, at most for a second. A file of {@code DELETE_ON_CLOSE} is gone then. On a thread of a group, such as in a
 * handler, it does not wait.
 * <li>{@link AsynchronousFileChannel#force} of a channel that can write fails if Windows denies it; the JDK's ignores
 * that.
 * <li>A position plus length beyond 2<sup>63</sup> - 1 is an {@link IOException} of the operation.
 * <li>Do not close the {@code Arena} of a direct buffer during an operation: unlike the JDK's channels, these do not
 * prevent it. See {@link io.github.iocp4j.StreamDevice}.
 * <li>The content of a heap buffer is copied through direct memory, which up to 64 KiB is used again. A direct buffer
 * is not copied. The objects of an operation are used again, too; only its result, its future and the task of its
 * handler are new.
 * </ul>
 *
 * <p><b>Threads.</b> Without an executor, the channel belongs to the default group, which the properties of {@link
 * java.nio.channels.AsynchronousChannelGroup} configure: its threads dequeue the completions and call the handlers. A
 * thread of the group that starts an operation from a handler may call the handler of that operation itself. With an
 * executor, the operations are those of {@link Streams#port()}, and all handlers run on the executor: neither on the
 * thread that starts an operation nor on the port's workers, unless the executor runs tasks on the thread that submits
 * them. A close does not shut down the executor. If an executor refuses the task of a handler, the handler is not
 * called, and the port reports the {@link java.util.concurrent.RejectedExecutionException} as one of a listener.
 *
 * <p><b>Locks</b> overlap within the JVM by the identity of the file, whatever name it was opened by, as {@link
 * java.nio.channels.OverlappingFileLockException} says. Channels of the JDK are not counted: a lock of one of them is
 * like that of another process, for which {@code lock} waits. A wait ends with the close of the channel, too.
 */
public final class FileChannels {
    private FileChannels() {
    }

    /**
     * Opens a file ({@code CreateFileW}). Handlers run on threads of the default group.
     *
     * @param file the file, of the default file system
     * @param options those of {@link #open(Path, Set, ExecutorService, FileAttribute...)}; without one,
     *     {@code READ}
     * @return the channel
     * @throws IOException as {@link #open(Path, Set, ExecutorService, FileAttribute...)}
     */
    public static AsynchronousFileChannel open(final Path file, final OpenOption... options) throws IOException {
        return open(file, new HashSet<>(Arrays.asList(options)), null);
    }

    /**
     * Opens a file ({@code CreateFileW}).
     *
     * @param file the file, of the default file system
     * @param options any of {@link java.nio.file.StandardOpenOption} but {@code APPEND}, {@code NOFOLLOW_LINKS}, and
     *     the {@code NOSHARE} options of {@code com.sun.nio.file.ExtendedOpenOption}. Without {@code READ} and
     *     {@code WRITE}, the file is opened for reading. {@code CREATE}, {@code CREATE_NEW} and
     *     {@code TRUNCATE_EXISTING} are ignored without {@code WRITE}. {@code NOFOLLOW_LINKS} and
     *     {@code DELETE_ON_CLOSE} refuse a file that is a symbolic link before it is opened
     * @param executor runs the handlers; null for the threads of the default group
     * @param attributes set when the file is created; Windows has {@code acl:acl} only
     * @return the channel
     * @throws UnsupportedOperationException for other options, attributes and file systems
     * @throws java.nio.file.NoSuchFileException when the file or a folder in its path does not exist
     * @throws java.nio.file.FileAlreadyExistsException when the file exists, and {@code CREATE_NEW} is given
     * @throws java.nio.file.AccessDeniedException when this user may not open the file, or the path is a folder
     * @throws IOException when Windows refuses for another reason
     * @throws SecurityException when a security manager does not permit the caller to read, write or delete the file
     */
    public static AsynchronousFileChannel open(
            final Path file, final Set<? extends OpenOption> options, final ExecutorService executor,
            final FileAttribute<?>... attributes) throws IOException {
        if (Objects.requireNonNull(file, "file").getFileSystem() != FileSystems.getDefault()) {
            throw new UnsupportedOperationException(file + " is not a file of the default file system");
        }
        final FileOpening opening = new FileOpening(options, attributes);
        // A path of a class of the caller could have another name after the check.
        final Path path = FileSystems.getDefault().getPath(file.toString());
        CallerPermissions.checkFile(path, opening.isForReading(), opening.isForWriting(), opening.isForDeleting());
        if (executor == null) {
            final ChannelGroup group =
                    DefaultGroup.get(() -> OwnPermissions.call(CompletionPortChannelProvider::new));
            final OverlappedFile opened = OwnPermissions.call(() -> opening.open(group.port(), path, true));
            return new OverlappedFileChannel(opened, opening.isForReading(), opening.isForWriting(), group);
        }
        // An executor of the program may run tasks on the thread that submits them, and each handler may start another
        // operation: such handlers must come from a worker.
        final OverlappedFile opened = OwnPermissions.call(() -> opening.open(Streams.port(), path, false));
        return new OverlappedFileChannel(opened, opening.isForReading(), opening.isForWriting(), executor);
    }
}

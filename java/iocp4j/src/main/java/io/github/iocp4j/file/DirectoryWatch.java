package io.github.iocp4j.file;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.DirectoryWatchNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Ranges;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * Reports the changes in a directory, with or without its subfolders.
 *
 * <p>Changes arrive at the listener as completions with opcode {@link Opcode#CHANGE}. Each completion has all changes
 * since the previous one; {@link #changes} reads them. Native code starts the next request with another buffer before
 * it calls the listener, so that no change is missed between two calls. The completions of one watch come in order and
 * one at a time, on any worker: the listener receives the next one after it has returned from the previous one.
 *
 * <p>The status of a completion is one of these:
 * <ul>
 * <li>{@link Win32Error#SUCCESS}: there are changes;
 * <li>{@link Win32Error#NOTIFY_ENUM_DIR}: there were more changes than fit into Windows' buffer, and all of them are
 * lost; the watch continues. List the directory again. This is less frequent with larger or more buffers, or with a
 * listener that returns sooner;
 * <li>{@link Win32Error#NOT_ENOUGH_MEMORY}, {@link Win32Error#NO_SYSTEM_RESOURCES} or another lack of resources: no
 * change is lost yet, and the watch tries again;
 * <li>any other status: the watch has failed and closes itself; this is its last completion. When the directory was
 * deleted, the status is {@link Win32Error#ACCESS_DENIED}.
 * </ul>
 *
 * <p>The file system decides what it reports. One action of a program can cause several changes. A change of size or
 * time is reported only when it is written to the disk. A rename of the directory itself does not end the watch, and is
 * not reported.
 *
 * <p>{@link #close} ends the watch without a further completion; changes that were not delivered are lost.
 * {@link #cancelAll} does nothing, because the watch starts its operations itself.
 */
public final class DirectoryWatch extends Device {
    private final Path directory;
    private final DirectoryChanges[] changes;

    private DirectoryWatch(
            final CompletionPort port, final long key, final String name, final Path directory,
            final ByteBuffer[] buffers) {
        super(new OpenedDevice(port, key, name));
        this.directory = directory;
        changes = new DirectoryChanges[buffers.length];
        for (int i = 0; i < buffers.length; i++) {
            changes[i] = new DirectoryChanges(buffers[i]);
        }
    }

    /**
     * Starts to configure a watch.
     *
     * @param port receives the changes
     * @param directory the directory, on the default file system; it must exist when the watch is opened
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the path belongs to another file system, such as a zip file
     */
    public static Builder builder(final CompletionPort port, final Path directory) {
        return new Builder(Objects.requireNonNull(port, "port"), Objects.requireNonNull(directory, "directory"));
    }

    /**
     * The watched directory.
     *
     * @return the path that was given to {@link #builder}; resolve the names of changes against it
     */
    public Path directory() {
        return directory;
    }

    /**
     * The changes of a completion of this watch, valid during the listener's call only; see {@link DirectoryChanges}.
     *
     * @param completion the listener's completion
     * @return the watch's cursor, before the first change; without changes when the completion's status is not success
     * @throws IllegalArgumentException when the completion is not one of this watch
     */
    public DirectoryChanges changes(final Completion completion) {
        if (completion.key() != key() || completion.opcode() != Opcode.CHANGE) {
            throw new IllegalArgumentException("The completion is a " + completion.opcode() + " of "
                    + completion.device() + ", not a CHANGE of " + this);
        }
        final boolean filled = completion.status() == Win32Error.SUCCESS;
        return changes[completion.detail()].reset(filled ? completion.bytes() : 0);
    }

    /**
     * Configures a watch.
     */
    public static final class Builder {
        private static final int MIN_BUFFER = 4_096;
        private static final int MAX_BUFFER = 1 << 20;

        private final CompletionPort port;
        private final Path directory;
        private final String name;
        private int bufferSize = 65_536;
        private int buffers = 4;
        private boolean recursive;
        private EnumSet<ChangeFilter> filter = EnumSet.of(ChangeFilter.FILE_NAME, ChangeFilter.DIRECTORY_NAME,
                ChangeFilter.SIZE, ChangeFilter.LAST_WRITE);
        private long token;
        private Object attachment;

        private Builder(final CompletionPort port, final Path directory) {
            this.port = port;
            this.directory = directory;
            name = FileNames.absolute(directory);
        }

        /**
         * The size of each buffer. For changes between two requests, Windows allocates a buffer of the same size in the
         * non-paged pool; therefore prefer more buffers to larger ones. A change takes 12 bytes, and 2 bytes for each
         * character of its path. Default: 65 536, which is the maximum for a directory on a network drive.
         *
         * @param bytes from 4 096 to 1 048 576
         * @return this
         */
        public Builder bufferSize(final int bytes) {
            bufferSize = Ranges.inRange("The size of the buffers", bytes, MIN_BUFFER, MAX_BUFFER);
            return this;
        }

        /**
         * The number of buffers: the listener reads one while Windows fills the others. Default: 4.
         *
         * @param count from 2 to 16
         * @return this
         */
        public Builder buffers(final int count) {
            buffers = Ranges.inRange("The number of buffers", count, 2, 16);
            return this;
        }

        /**
         * Watches also all subfolders. Default: only the directory itself.
         *
         * @return this
         */
        public Builder recursive() {
            recursive = true;
            return this;
        }

        /**
         * The kinds of changes to report. Default: names of files and folders, size, and last write.
         *
         * @param kinds at least one
         * @return this
         * @throws IllegalArgumentException when there is none
         */
        public Builder filter(final Set<ChangeFilter> kinds) {
            if (kinds.isEmpty()) {
                throw new IllegalArgumentException(
                        "The filter is empty, so that nothing would be reported: name one or more kinds of changes");
            }
            filter = EnumSet.copyOf(kinds);
            return this;
        }

        /**
         * The token of this watch's completions. Default: 0.
         *
         * @param value any number
         * @return this
         */
        public Builder token(final long value) {
            token = value;
            return this;
        }

        /**
         * The {@link Device#attachment}, which is set before the first completion. Default: none.
         *
         * @param object the object, or null for none
         * @return this
         */
        public Builder attach(final Object object) {
            attachment = object;
            return this;
        }

        /**
         * Opens the directory and begins to watch it ({@code CreateFileW}, {@code ReadDirectoryChangesW}). The watch
         * reports all changes that are made after this method has returned. While the directory is being opened, a
         * virtual thread parks and does not pin its carrier.
         *
         * @return the open watch
         * @throws NoSuchFileException when there is no such directory
         * @throws NotDirectoryException when it is not a directory
         * @throws AccessDeniedException when this user may not list it
         * @throws FileSystemException when Windows refuses for another reason; its cause is a {@link Win32Exception}
         *     with the code: {@link Win32Error#INVALID_PARAMETER} when the buffers are too large for a network drive,
         *     {@link Win32Error#INVALID_FUNCTION} when the file system does not report changes
         * @throws PortClosedException when the port is closed or closing
         * @throws OperationLimitException when the port's ceiling of operations is reached
         */
        public DirectoryWatch open() throws FileSystemException {
            final ByteBuffer[] memory = new ByteBuffer[buffers];
            for (int i = 0; i < memory.length; i++) {
                memory[i] = ByteBuffer.allocateDirect(bufferSize);
            }
            final int flags = filter.stream().mapToInt(ChangeFilter::flag).sum();
            final long answer = OffCarrier.call(
                    () -> DirectoryWatchNative.open(PortAccess.get().id(port), name, flags, recursive, memory, token));
            final String why = -answer == Win32Error.DIRECTORY
                    ? " (the path is a file: watch the directory it is in)" : "";
            final long key = EngineError.opened(answer, "CreateFile" + why, port, directory.toString());
            final DirectoryWatch watch = new DirectoryWatch(port, key, name, directory, memory);
            watch.attach(attachment);
            PortAccess.get().register(port, watch);
            // The first completion must find the device registered.
            final long started = DirectoryWatchNative.start(key);
            if (started < 0) {
                watch.close();
            }
            EngineError.opened(started, "ReadDirectoryChanges", port, directory.toString());
            return watch;
        }
    }
}

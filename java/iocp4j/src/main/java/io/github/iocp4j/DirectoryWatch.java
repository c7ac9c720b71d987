package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * A directory whose changes are reported, with or without those in its folders.
 *
 * <p>Changes arrive at the listener as completions with opcode {@link Opcode#CHANGE}, each with as many changes as have
 * been noted since the one before: {@link #changes} reads them. Native code asks Windows for more before the listener
 * is told, in another buffer, so that nothing is missed between two calls. The completions of one watch come in order
 * and one at a time, on any worker: the next one when the listener has returned from the one before.
 *
 * <p>A completion's status tells the rest:
 * <ul>
 * <li>{@link Win32Error#SUCCESS}: there are changes;
 * <li>{@link Win32Error#NOTIFY_ENUM_DIR}: there were more than Windows had room for, and all of those are lost; the
 * watch goes on. List the directory, and think of larger or more buffers, or of a listener that returns sooner;
 * <li>a shortage, such as {@link Win32Error#NOT_ENOUGH_MEMORY} or {@link Win32Error#NO_SYSTEM_RESOURCES}: nothing is
 * lost yet, and the watch tries again by itself;
 * <li>any other: the watch has ended by itself and closes behind this, its last completion. When the directory has been
 * deleted this is {@link Win32Error#ACCESS_DENIED}.
 * </ul>
 *
 * <p>Windows reports what it is told by the file system. That can be more than one change for one action of a program,
 * and changes of size or time come only when they are written to the disk. Renaming the directory itself does not end
 * the watch, and is not reported.
 *
 * <p>{@link #close} ends the watch without a further completion, and what the listener has not been told by then is
 * dropped. {@link #cancelAll} does nothing: no operation of a watch is the caller's.
 */
public final class DirectoryWatch extends Device {
    private final Path directory;
    private final DirectoryChanges[] changes;

    private DirectoryWatch(
            final CompletionPort port, final long key, final String name, final Path directory,
            final ByteBuffer[] buffers) {
        super(port, key, name);
        this.directory = directory;
        changes = new DirectoryChanges[buffers.length];
        for (int i = 0; i < buffers.length; i++) {
            changes[i] = new DirectoryChanges(buffers[i]);
        }
    }

    /**
     * Starts the description of a watch.
     *
     * @param port receives the changes
     * @param directory what to watch, on the default file system; it must exist when the watch is opened
     * @return a builder with the defaults that its methods tell
     * @throws IllegalArgumentException when the path is one of another file system, such as that of a zip file
     */
    public static Builder builder(final CompletionPort port, final Path directory) {
        return new Builder(Objects.requireNonNull(port, "port"), Objects.requireNonNull(directory, "directory"));
    }

    /**
     * What is watched.
     *
     * @return the path that the builder was given, which the names of changes can be resolved against
     */
    public Path directory() {
        return directory;
    }

    /**
     * The changes of a completion of this watch. To be used during the listener's call only; see
     * {@link DirectoryChanges}.
     *
     * @param batch what the listener was handed
     * @param index the completion
     * @return a cursor before the first change, the same as often before; without changes when the completion's status
     *     is not success
     * @throws IllegalArgumentException when the completion is not one of this watch
     */
    public DirectoryChanges changes(final CompletionBatch batch, final int index) {
        if (batch.key(index) != key() || batch.opcode(index) != Opcode.CHANGE) {
            throw new IllegalArgumentException("Completion " + index + " of the batch is a " + batch.opcode(index)
                    + " of " + batch.device(index) + ", not a CHANGE of " + this);
        }
        final boolean filled = batch.status(index) == Win32Error.SUCCESS;
        return changes[batch.detail(index)].reset(filled ? batch.bytes(index) : 0);
    }

    /**
     * Describes a watch.
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

        private Builder(final CompletionPort port, final Path directory) {
            this.port = port;
            this.directory = directory;
            name = FileNames.absolute(directory);
        }

        /**
         * The size of each buffer. Windows makes one of the same size for what changes while no call of ours is in
         * flight, and that one lies in the non-paged pool: better many than large. A change takes 12 bytes and two for
         * each character of its path. Default: 65 536, which is the most that a directory on a network drive may have.
         *
         * @param bytes from 4 096 to 1 048 576
         * @return this
         */
        public Builder bufferSize(final int bytes) {
            bufferSize = Ranges.inRange("The size of the buffers", bytes, MIN_BUFFER, MAX_BUFFER);
            return this;
        }

        /**
         * How many buffers there are: one that the listener is reading, and others that fill up meanwhile. Default: 4.
         *
         * @param count from 2 to 16
         * @return this
         */
        public Builder buffers(final int count) {
            buffers = Ranges.inRange("The number of buffers", count, 2, 16);
            return this;
        }

        /**
         * Watches everything below the directory as well. Default: only what lies in the directory itself.
         *
         * @return this
         */
        public Builder recursive() {
            recursive = true;
            return this;
        }

        /**
         * What to look for. Default: names of files and folders, size, and last write.
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
         * Opens the directory and begins to watch it ({@code CreateFileW}, in which a virtual thread parks and does not
         * pin its carrier; {@code ReadDirectoryChangesW}). Whatever happens there after this has returned is reported.
         *
         * @return the open watch
         * @throws Win32Exception when Windows refuses: {@link Win32Error#FILE_NOT_FOUND} or
         *     {@link Win32Error#PATH_NOT_FOUND} when there is no such directory, {@link Win32Error#DIRECTORY} when it
         *     is not a directory, {@link Win32Error#ACCESS_DENIED} when it may not be listed;
         *     {@link Win32Error#INVALID_PARAMETER} when the buffers are too large for a network drive,
         *     {@link Win32Error#INVALID_FUNCTION} when the file system reports no changes
         * @throws PortClosedException when the port is closed or closing
         * @throws OperationLimitException when the port's ceiling of operations is reached
         */
        public DirectoryWatch open() throws Win32Exception {
            final ByteBuffer[] memory = new ByteBuffer[buffers];
            for (int i = 0; i < memory.length; i++) {
                memory[i] = ByteBuffer.allocateDirect(bufferSize);
            }
            final int flags = filter.stream().mapToInt(ChangeFilter::flag).sum();
            final long answer = OffCarrier.call(
                    () -> DirectoryWatchNative.open(port.id(), name, flags, recursive, memory, token));
            final String why = -answer == Win32Error.DIRECTORY ? " (it is a file: watch the directory it is in)" : "";
            final long key = Refusal.key(answer, "CreateFile " + name + why, port);
            final DirectoryWatch watch = port.register(new DirectoryWatch(port, key, name, directory, memory));
            // Only now: a completion that speaks of the watch must find it registered.
            final long started = DirectoryWatchNative.start(key);
            if (started < 0) {
                watch.close();
            }
            Refusal.key(started, "ReadDirectoryChanges " + name, port);
            return watch;
        }
    }
}

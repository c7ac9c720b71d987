package io.github.iocp4j;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Describes how to open an {@link OverlappedFile}.
 *
 * <p>Default: an existing file, for reading, with Windows' cache, while others may read it.
 */
public final class OverlappedFileBuilder {
    // As CreateFileW takes them.
    private static final int GENERIC_READ = 0x8000_0000;
    private static final int GENERIC_WRITE = 0x4000_0000;
    private static final int FILE_APPEND_DATA = 0x4;
    private static final int CREATE_NEW = 1;
    private static final int CREATE_ALWAYS = 2;
    private static final int OPEN_EXISTING = 3;
    private static final int OPEN_ALWAYS = 4;
    private static final int TRUNCATE_EXISTING = 5;
    private static final int WRITE_THROUGH = 0x8000_0000;
    private static final int NO_BUFFERING = 0x2000_0000;
    private static final int RANDOM_ACCESS = 0x1000_0000;
    private static final int SEQUENTIAL_SCAN = 0x0800_0000;
    private static final int DELETE_ON_CLOSE = 0x0400_0000;
    private static final int TEMPORARY = 0x100;

    private final CompletionPort port;
    private final String path;
    private int access;
    private int share = FileShare.READ.code();
    private boolean create;
    private boolean createNew;
    private boolean truncate;
    private int flags;

    OverlappedFileBuilder(final CompletionPort port, final String path) {
        this.port = port;
        this.path = path;
    }

    /**
     * Opens the file for reading ({@code GENERIC_READ}).
     *
     * @return this
     */
    public OverlappedFileBuilder read() {
        access |= GENERIC_READ;
        return this;
    }

    /**
     * Opens the file for writing ({@code GENERIC_WRITE}).
     *
     * @return this
     */
    public OverlappedFileBuilder write() {
        access |= GENERIC_WRITE;
        return this;
    }

    /**
     * Opens the file for writing at its end and nowhere else ({@code FILE_APPEND_DATA}). A file open with
     * {@link #write} can be appended to as well.
     *
     * @return this
     */
    public OverlappedFileBuilder append() {
        access |= FILE_APPEND_DATA;
        return this;
    }

    /**
     * Makes the file if there is none ({@code OPEN_ALWAYS}).
     *
     * @return this
     */
    public OverlappedFileBuilder create() {
        create = true;
        return this;
    }

    /**
     * Makes the file, and fails with {@link Win32Error#FILE_EXISTS} if there is one ({@code CREATE_NEW}).
     *
     * @return this
     */
    public OverlappedFileBuilder createNew() {
        createNew = true;
        return this;
    }

    /**
     * Empties the file if there is one: {@code TRUNCATE_EXISTING}, or {@code CREATE_ALWAYS} together with
     * {@link #create}. Needs {@link #write}.
     *
     * @return this
     */
    public OverlappedFileBuilder truncate() {
        truncate = true;
        return this;
    }

    /**
     * What others may do with the file while it is open. Default: {@link FileShare#READ}.
     *
     * @param what any, none included: then nobody else can open it
     * @return this
     */
    public OverlappedFileBuilder share(final FileShare... what) {
        share = 0;
        for (final FileShare one : what) {
            share |= one.code();
        }
        return this;
    }

    /**
     * Deletes the file when it is closed, by whatever the program's end may be ({@code FILE_FLAG_DELETE_ON_CLOSE}).
     * Others can open it meanwhile only if it is shared for {@link FileShare#DELETE}.
     *
     * @return this
     */
    public OverlappedFileBuilder deleteOnClose() {
        flags |= DELETE_ON_CLOSE;
        return this;
    }

    /**
     * Goes past Windows' cache ({@code FILE_FLAG_NO_BUFFERING}). Positions, lengths and addresses of buffers must then
     * be multiples of {@link OverlappedFile#alignment}.
     *
     * @return this
     */
    public OverlappedFileBuilder unbuffered() {
        flags |= NO_BUFFERING;
        return this;
    }

    /**
     * Lets a write complete only when the disk has the data ({@code FILE_FLAG_WRITE_THROUGH}).
     *
     * @return this
     */
    public OverlappedFileBuilder writeThrough() {
        flags |= WRITE_THROUGH;
        return this;
    }

    /**
     * Tells the cache that the file is read from the beginning to the end ({@code FILE_FLAG_SEQUENTIAL_SCAN}).
     *
     * @return this
     */
    public OverlappedFileBuilder sequential() {
        flags |= SEQUENTIAL_SCAN;
        return this;
    }

    /**
     * Tells the cache that the file is read here and there ({@code FILE_FLAG_RANDOM_ACCESS}).
     *
     * @return this
     */
    public OverlappedFileBuilder random() {
        flags |= RANDOM_ACCESS;
        return this;
    }

    /**
     * Tells the cache that the file will be deleted soon and need not reach the disk
     * ({@code FILE_ATTRIBUTE_TEMPORARY}).
     *
     * @return this
     */
    public OverlappedFileBuilder temporary() {
        flags |= TEMPORARY;
        return this;
    }

    /**
     * Opens the file ({@code CreateFileW} with {@code FILE_FLAG_OVERLAPPED}). A virtual thread parks meanwhile and does
     * not pin its carrier.
     *
     * @return the open file
     * @throws IllegalArgumentException when the options contradict each other
     * @throws Win32Exception when Windows refuses, as with {@link Win32Error#FILE_NOT_FOUND},
     *     {@link Win32Error#SHARING_VIOLATION} or {@link Win32Error#ACCESS_DENIED}; {@link Win32Error#NOT_SUPPORTED}
     *     when what has that name is a device or a pipe and not a file
     * @throws PortClosedException when the port is closed or closing
     */
    public OverlappedFile open() throws Win32Exception {
        checkOptions();
        final long answer = OffCarrier.call(() -> FileNative.open(
                port.id(), path, access == 0 ? GENERIC_READ : access, share, disposition(), flags));
        final long key = Refusal.key(answer, "CreateFile " + path + why((int) -answer), port);
        return port.register(new OverlappedFile(port, key, path, access == 0 || (access & GENERIC_READ) != 0,
                (access & GENERIC_WRITE) != 0, (access & (GENERIC_WRITE | FILE_APPEND_DATA)) != 0));
    }

    private void checkOptions() {
        if (createNew && (create || truncate)) {
            throw new IllegalArgumentException("createNew() stands alone: a new file is neither there nor emptied");
        }
        if (truncate && (access & GENERIC_WRITE) == 0) {
            throw new IllegalArgumentException("truncate() needs write()");
        }
        if ((flags & NO_BUFFERING) != 0 && (access & FILE_APPEND_DATA) != 0) {
            throw new IllegalArgumentException("Windows does not combine append() and unbuffered(): use write()");
        }
    }

    private int disposition() {
        if (createNew) {
            return CREATE_NEW;
        }
        if (create) {
            return truncate ? CREATE_ALWAYS : OPEN_ALWAYS;
        }
        return truncate ? TRUNCATE_EXISTING : OPEN_EXISTING;
    }

    /** What the code alone would not tell. */
    private String why(final int error) {
        if (error == Win32Error.NOT_SUPPORTED) {
            return " (which is no file on a disk)";
        }
        return error == Win32Error.ACCESS_DENIED && Files.isDirectory(Path.of(path)) ? " (which is a folder)" : "";
    }
}

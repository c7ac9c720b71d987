package io.github.iocp4j;

/**
 * What a {@link DirectoryWatch} looks for.
 */
public enum ChangeFilter {
    /** Files made, renamed and deleted. */
    FILE_NAME(0x1),
    /** Folders made, renamed and deleted. */
    DIRECTORY_NAME(0x2),
    /** Attributes, such as read-only and hidden. */
    ATTRIBUTES(0x4),
    /** The length of files, which Windows notices when it is written to the disk. */
    SIZE(0x8),
    /** The time of the last writing, which Windows notices when it is written to the disk. */
    LAST_WRITE(0x10),
    /** The time of the last reading. Most volumes do not keep it. */
    LAST_ACCESS(0x20),
    /** The time when it was made. */
    CREATION(0x40),
    /** Who may do what with it. */
    SECURITY(0x100);

    private final int flag;

    ChangeFilter(final int flag) {
        this.flag = flag;
    }

    /** {@code FILE_NOTIFY_CHANGE_FILE_NAME} and its like. */
    int flag() {
        return flag;
    }
}

package io.github.iocp4j.file;

/**
 * A kind of change that a {@link DirectoryWatch} reports.
 */
public enum ChangeFilter {
    /** Files created, renamed and deleted. */
    FILE_NAME(0x1),
    /** Folders created, renamed and deleted. */
    DIRECTORY_NAME(0x2),
    /** Attributes, such as read-only and hidden. */
    ATTRIBUTES(0x4),
    /** The size of files; Windows reports a change when the size is written to the disk. */
    SIZE(0x8),
    /** The time of the last write; Windows reports a change when the time is written to the disk. */
    LAST_WRITE(0x10),
    /** The time of the last access. Most volumes do not record it. */
    LAST_ACCESS(0x20),
    /** The time of creation. */
    CREATION(0x40),
    /** Security descriptors. */
    SECURITY(0x100);

    private final int flag;

    ChangeFilter(final int flag) {
        this.flag = flag;
    }

    /** The {@code FILE_NOTIFY_CHANGE_...} constant. */
    int flag() {
        return flag;
    }
}

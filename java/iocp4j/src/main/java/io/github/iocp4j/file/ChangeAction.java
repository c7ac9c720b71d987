package io.github.iocp4j.file;

/**
 * The kind of a change to a file or folder in a watched directory.
 */
public enum ChangeAction {
    /** It was created, or moved into the directory. */
    ADDED(1),
    /** It was deleted, or moved out of the directory. */
    REMOVED(2),
    /** Its content, or another property in the filter, has changed. */
    MODIFIED(3),
    /** It was renamed; this is the old name. {@link #RENAMED_NEW_NAME} usually follows. */
    RENAMED_OLD_NAME(4),
    /** It was renamed; this is the new name. */
    RENAMED_NEW_NAME(5),
    /** An action without a documented name; see {@link DirectoryChanges#actionCode}. */
    OTHER(0);

    private static final ChangeAction[] BY_CODE = {
        OTHER, ADDED, REMOVED, MODIFIED, RENAMED_OLD_NAME, RENAMED_NEW_NAME
    };

    private final int code;

    ChangeAction(final int code) {
        this.code = code;
    }

    /** The {@code FILE_ACTION_...} constant, or 0. */
    int code() {
        return code;
    }

    static ChangeAction of(final int code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : OTHER;
    }
}

package io.github.iocp4j;

/**
 * What has happened to a file or folder in a watched directory.
 */
public enum ChangeAction {
    /** It is new there: made, or moved in. */
    ADDED(1),
    /** It is gone from there: deleted, or moved away. */
    REMOVED(2),
    /** Its content, or something else that is watched, has changed. */
    MODIFIED(3),
    /** It was renamed, and had this name before. Mostly {@link #RENAMED_NEW_NAME} comes next. */
    RENAMED_OLD_NAME(4),
    /** It was renamed, and has this name now. */
    RENAMED_NEW_NAME(5),
    /** Something that Windows has no documented name for; see {@link DirectoryChanges#actionCode}. */
    OTHER(0);

    private static final ChangeAction[] BY_CODE = {
        OTHER, ADDED, REMOVED, MODIFIED, RENAMED_OLD_NAME, RENAMED_NEW_NAME
    };

    private final int code;

    ChangeAction(final int code) {
        this.code = code;
    }

    /** {@code FILE_ACTION_ADDED} and its like, or 0. */
    int code() {
        return code;
    }

    static ChangeAction of(final int code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : OTHER;
    }
}

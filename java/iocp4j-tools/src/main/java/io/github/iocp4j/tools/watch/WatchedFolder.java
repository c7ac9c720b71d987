package io.github.iocp4j.tools.watch;

import io.github.iocp4j.file.DirectoryChanges;
import java.nio.file.Path;

/** A directory under the user's name for it, and paths in it in the same form. */
final class WatchedFolder {
    private final String name;
    private final char separator;

    WatchedFolder(final String name) {
        this.name = name;
        separator = name.indexOf('/') >= 0 && name.indexOf('\\') < 0 ? '/' : '\\';
    }

    String name() {
        return name;
    }

    Path path() {
        return Path.of(name);
    }

    /** The path of the cursor's change. */
    String pathOf(final DirectoryChanges change) {
        final StringBuilder path = new StringBuilder(name);
        final char last = name.charAt(name.length() - 1);
        if (last != '/' && last != '\\') {
            path.append(separator);
        }
        final int begin = path.length();
        change.appendName(path);
        for (int i = begin; i < path.length(); i++) {
            if (path.charAt(i) == '\\') {
                path.setCharAt(i, separator);
            }
        }
        return path.toString();
    }
}

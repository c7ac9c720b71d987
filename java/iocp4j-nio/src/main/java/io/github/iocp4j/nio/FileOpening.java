package io.github.iocp4j.nio;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.FileShare;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** How to open a file, by the options of {@code java.nio.file}, which it understands as the JDK's channels do. */
final class FileOpening {
    /** In the module {@code jdk.unsupported}, which a program may not have. */
    private static final String EXTENDED_OPTION = "com.sun.nio.file.ExtendedOpenOption";

    private final Set<StandardOpenOption> options = EnumSet.noneOf(StandardOpenOption.class);
    private final Set<FileShare> share = EnumSet.allOf(FileShare.class);
    private final FileAttribute<?>[] attributes;
    private boolean followsLinks = true;

    FileOpening(final Set<? extends OpenOption> wanted, final FileAttribute<?>... attributes) {
        for (final OpenOption option : wanted) {
            add(Objects.requireNonNull(option, "option"));
        }
        if (options.contains(StandardOpenOption.APPEND)) {
            throw new UnsupportedOperationException("APPEND not allowed");
        }
        if (!options.contains(WRITE)) {
            options.add(READ);
            options.removeAll(Set.of(CREATE, CREATE_NEW, TRUNCATE_EXISTING));
        }
        for (final FileAttribute<?> attribute : attributes) {
            if (!attribute.name().equals("acl:acl")) {
                throw new UnsupportedOperationException(
                        "'" + attribute.name() + "' not supported as initial attribute");
            }
        }
        this.attributes = attributes;
    }

    boolean isForDeleting() {
        return options.contains(DELETE_ON_CLOSE);
    }

    boolean isForReading() {
        return options.contains(READ);
    }

    boolean isForWriting() {
        return options.contains(WRITE);
    }

    /**
     * Opens the file.
     *
     * @param inline whether operations may complete during the call that starts them
     */
    OverlappedFile open(final CompletionPort port, final Path file, final boolean inline) throws IOException {
        if (!followsLinks || isForDeleting()) {
            refuseLink(file);
        }
        final boolean created = attributes.length > 0 && createWithAttributes(file);
        final OverlappedFile opened = builder(port, file, created).open();
        try {
            prepare(opened);
            if (inline) {
                opened.completeInline();
            }
        } catch (final IOException | RuntimeException failure) {
            opened.close();
            throw failure;
        }
        return opened;
    }

    private void prepare(final OverlappedFile opened) throws IOException {
        if (truncatesAfterwards()) {
            opened.setSize(0);
        }
        if (options.contains(SPARSE) && options.contains(CREATE_NEW)) {
            setSparse(opened);
        }
    }

    private OverlappedFile.Builder builder(final CompletionPort port, final Path file, final boolean created) {
        final OverlappedFile.Builder builder =
                OverlappedFile.builder(port, file).share(share.toArray(new FileShare[0]));
        if (isForReading()) {
            builder.read();
        }
        if (isForWriting()) {
            builder.write();
        }
        if (options.contains(CREATE_NEW)) {
            if (!created) {
                builder.createNew();
            }
        } else if (options.contains(CREATE)) {
            builder.create();
        } else if (options.contains(TRUNCATE_EXISTING)) {
            builder.truncate();
        }
        if (options.contains(SYNC) || options.contains(DSYNC)) {
            builder.writeThrough();
        }
        return isForDeleting() ? builder.deleteOnClose() : builder;
    }

    /** CREATE_ALWAYS would fail for a hidden file, and change the attributes of others. */
    private boolean truncatesAfterwards() {
        return options.contains(TRUNCATE_EXISTING) && options.contains(CREATE) && !options.contains(CREATE_NEW);
    }

    private boolean createWithAttributes(final Path file) throws IOException {
        if (options.contains(CREATE_NEW)) {
            Files.createFile(file, attributes);
            return true;
        }
        if (options.contains(CREATE)) {
            try {
                Files.createFile(file, attributes);
            } catch (final FileAlreadyExistsException existing) {
                return false;
            }
        }
        return false;
    }

    private static void setSparse(final OverlappedFile opened) {
        try {
            opened.setSparse();
        } catch (final Win32Exception unsupported) {
            // The option is a hint, which not every file system takes.
            return;
        }
    }

    private static void refuseLink(final Path file) throws FileSystemException {
        if (Files.isSymbolicLink(file)) {
            throw new FileSystemException(file.toString(), null,
                    "The file is a symbolic link, which NOFOLLOW_LINKS and DELETE_ON_CLOSE refuse");
        }
    }

    private void add(final OpenOption option) {
        if (option instanceof StandardOpenOption) {
            options.add((StandardOpenOption) option);
        } else if (option == LinkOption.NOFOLLOW_LINKS) {
            followsLinks = false;
        } else if (option.getClass().getName().equals(EXTENDED_OPTION) && option.toString().startsWith("NOSHARE_")) {
            share.remove(FileShare.valueOf(option.toString().substring("NOSHARE_".length())));
        } else {
            throw new UnsupportedOperationException(option + " is not supported");
        }
    }
}

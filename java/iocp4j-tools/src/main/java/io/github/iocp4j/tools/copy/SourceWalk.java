package io.github.iocp4j.tools.copy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/**
 * Walks over a folder to copy. It follows links to folders only on request, and then enters no folder twice, so that it
 * ends. A link to a file counts as the file.
 *
 * <p>A folder whose real path differs from its path ({@code GetFinalPathNameByHandle}) is a link of any kind: a
 * symbolic link, a junction, a mounted volume, a Linux symbolic link under Wine. Attributes do not show this: for Java
 * a junction is a folder, and for Wine a link has the attributes of its target.
 */
final class SourceWalk extends SimpleFileVisitor<Path> {
    static final String LINK = "it is a link to a folder, and --follow-links is not given";

    private final Path root;
    /** The target of the copy; null when nothing is copied. */
    private final Path target;
    private final boolean followLinks;
    private final Visitor visitor;
    private final Deque<Folder> open = new ArrayDeque<>();
    /** All folders that were entered, if links are followed. */
    private final Set<Path> entered = new HashSet<>();

    private SourceWalk(final Path root, final Path target, final boolean followLinks, final Visitor visitor) {
        this.root = root;
        this.target = target;
        this.followLinks = followLinks;
        this.visitor = visitor;
    }

    /** Receives what the walk finds. */
    interface Visitor {
        /** A folder, before its contents. */
        void enter(Path folder);

        /** The same folder, after its contents. */
        void leave(Path folder);

        /** A file. */
        void file(Path file, long size);

        /** A file or folder that is skipped, or cannot be copied. */
        void leaveOut(IOException why);

        /** Whether to continue the walk. */
        boolean goesOn();
    }

    /** A folder whose contents are being walked. */
    private static final class Folder {
        final Path real;
        /** Compared as Windows does, without regard to case. */
        final Set<Path> names = new HashSet<>();

        Folder(final Path real) {
            this.real = real;
        }
    }

    /**
     * Walks.
     *
     * @param root the real path of a folder, or a file
     * @param target the target of the copy, which the walk does not enter; null when nothing is copied
     */
    static void walk(final Path root, final Path target, final boolean followLinks, final Visitor visitor)
            throws IOException {
        Files.walkFileTree(root, followLinks ? EnumSet.of(FileVisitOption.FOLLOW_LINKS)
                : EnumSet.noneOf(FileVisitOption.class), Integer.MAX_VALUE,
                new SourceWalk(root, target, followLinks, visitor));
    }

    /** Whether a path is that folder or lies in it, under any name. */
    static boolean isInside(final Path path, final Path folder) throws IOException {
        Path there = path.toAbsolutePath().normalize();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        for (Path above = there == null ? null : there.toRealPath(); above != null; above = above.getParent()) {
            if (Files.isSameFile(above, folder)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public FileVisitResult preVisitDirectory(final Path folder, final BasicFileAttributes attributes) {
        try {
            final Path real = folder.toRealPath();
            if (!open.isEmpty()) {
                takeName(folder);
                checkLink(folder, real);
            }
            if (followLinks && !entered.add(real)) {
                throw copiedAlready(folder);
            }
            open.push(new Folder(real));
        } catch (final IOException left) {
            visitor.leaveOut(left);
            return visitor.goesOn() ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.TERMINATE;
        }
        visitor.enter(folder);
        return goOn();
    }

    @Override
    public FileVisitResult postVisitDirectory(final Path folder, final IOException failed) {
        open.pop();
        if (failed != null) {
            visitor.leaveOut(failed);
        }
        visitor.leave(folder);
        return goOn();
    }

    @Override
    public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) {
        try {
            takeName(file);
            if ((attributes.isSymbolicLink() || attributes.isOther()) && !Files.isRegularFile(file)) {
                throw new FileSystemException(file.toString(), null,
                        Files.isDirectory(file) ? LINK : "it is not a file, or a link to none");
            }
            visitor.file(file, attributes.size());
        } catch (final IOException left) {
            visitor.leaveOut(left);
        }
        return goOn();
    }

    @Override
    public FileVisitResult visitFileFailed(final Path file, final IOException failed) {
        visitor.leaveOut(failed instanceof FileSystemLoopException ? copiedAlready(file) : failed);
        return goOn();
    }

    private FileVisitResult goOn() {
        return visitor.goesOn() ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
    }

    /**
     * On a case-sensitive volume a folder may have names that Windows considers equal; one copy would replace the
     * other.
     */
    private void takeName(final Path path) throws IOException {
        if (!open.isEmpty() && !open.peek().names.add(path.getFileName())) {
            throw new FileSystemException(path.toString(), null,
                    "its name differs only in case from another one in the same folder");
        }
    }

    private void checkLink(final Path folder, final Path real) throws IOException {
        if (real.equals(open.peek().real.resolve(folder.getFileName()))) {
            return;
        }
        if (!followLinks) {
            throw new FileSystemException(folder.toString(), null, LINK);
        }
        if (isInside(real, root)) {
            throw copiedAlready(folder);
        }
        if (target != null && isInside(target, real)) {
            throw new FileSystemException(folder.toString(), null, "it is a link to a folder that the copy lies in");
        }
    }

    private static FileSystemException copiedAlready(final Path folder) {
        return new FileSystemException(
                folder.toString(), null, "it is a folder that is copied under another name already");
    }
}

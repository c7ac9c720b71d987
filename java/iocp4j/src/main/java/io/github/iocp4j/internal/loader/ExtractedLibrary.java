package io.github.iocp4j.internal.loader;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Function;

/**
 * The {@code iocp4j.dll} of our jar, unpacked to a file of this user, because Windows loads only files.
 *
 * <p>Each version has its own folder, named by its hash, so that programs with different versions run side by side and
 * programs with the same version share one file.
 */
public final class ExtractedLibrary {
    public static final String EXTRACT_PATH = "iocp4j.extract.path";
    public static final int FOLDER_DIGITS = 16;
    /**
     * The maximum in one process; a server with more applications that use iocp4j should share one class loader for it.
     */
    public static final int MOST_COPIES = 64;

    private static final int MOST_ATTEMPTS = 100;
    private static final int PAUSE_MILLIS = 10;

    private final NativeHost host;
    /** Whether this process has written a copy. */
    private boolean written;

    public ExtractedLibrary(final NativeHost host) {
        this.host = host;
    }

    /**
     * Writes the copy if it is missing or damaged, and loads it; takes the next copy if another class loader uses this
     * one.
     *
     * @param loader loads the absolute path, while no other process can replace the file
     * @return the loader's result
     * @throws IOException when there is no valid copy and none can be written, or when an untrusted user could change
     *     it
     */
    public Loading load(final Function<Path, Loading> loader) throws IOException {
        try (CarriedLibrary carried = CarriedLibrary.find(host)) {
            return load(carried, loader);
        }
    }

    private Loading load(final CarriedLibrary carried, final Function<Path, Loading> loader) throws IOException {
        // Resolves junctions, because their owner can change their target at any time.
        final Path root = created(root()).toRealPath();
        final Path folder = created(root.resolve(carried.hash().substring(0, FOLDER_DIGITS)));
        if (!folder.toRealPath().equals(folder)) {
            throw new FileSystemException(folder.toString(), null, "is not a folder but a link: delete it");
        }
        final Writers trusted = new Writers(host);
        Loading outcome;
        int copy = 1;
        do {
            outcome = load(folder.resolve(name(copy)), carried, trusted, loader);
            copy++;
        } while ((outcome == Loading.TAKEN || outcome == Loading.UNBOUND) && copy <= MOST_COPIES);
        // A program that finds its copy does not look for others, which would cost it time at each start.
        if (outcome == Loading.DONE && written) {
            StaleCopies.sweep(root, folder);
        }
        return outcome;
    }

    private Loading load(
            final Path file, final CarriedLibrary carried, final Writers trusted,
            final Function<Path, Loading> loader) throws IOException {
        final InputStream held = openIntact(file, carried, trusted);
        try {
            // While a file in the folders is open, none of them can be renamed.
            trusted.require(file.getParent());
            trusted.require(file);
            touch(file);
            return loader.apply(file);
        } finally {
            held.close();
        }
    }

    private InputStream openIntact(final Path file, final CarriedLibrary carried, final Writers trusted)
            throws IOException {
        final InputStream found = openIfIntact(file, carried);
        if (found != null) {
            return found;
        }
        trusted.require(file.getParent());
        written = true;
        final IOException notReplaced = write(file, carried.content());
        final InputStream copy = openIfIntact(file, carried);
        if (copy == null) {
            throw damaged(file, notReplaced);
        }
        return copy;
    }

    /**
     * Opens the file if it is the DLL in the jar. On Windows, java.io opens without FILE_SHARE_DELETE: while the stream
     * is open, no process can delete or replace the file. Only users that {@link Writers} has found trusted can still
     * write to it.
     */
    private static InputStream openIfIntact(final Path file, final CarriedLibrary carried) throws IOException {
        if (!file.toFile().isFile()) {
            return null;
        }
        final InputStream content = open(file);
        if (carried.matches(read(content, carried.length()))) {
            return content;
        }
        content.close();
        return null;
    }

    /** Reads one byte more than the DLL has, in one call of Windows, because a JVM that starts has slow loops. */
    private static byte[] read(final InputStream content, final long expected) throws IOException {
        if (expected < 0) {
            return content.readAllBytes();
        }
        final byte[] copy = new byte[(int) expected + 1];
        return Arrays.copyOf(copy, content.readNBytes(copy, 0, copy.length));
    }

    /** Tries again for a while, because another process that starts may be replacing the file. */
    private static InputStream open(final Path file) throws IOException {
        for (int attempt = 1;; attempt++) {
            try {
                return new FileInputStream(file.toFile());
            } catch (final FileNotFoundException busy) {
                if (attempt == MOST_ATTEMPTS || !file.toFile().isFile()) {
                    throw busy;
                }
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (final InterruptedException interrupted) {
                // The program still needs the library.
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * The name of a copy in its folder; the first has the DLL's own name. A process has several copies if several class
     * loaders or packages in it have iocp4j, because one loaded DLL serves only one of them.
     */
    private static String name(final int copy) {
        return copy == 1 ? NativeLibrarySearch.FILE_NAME : "iocp4j-" + copy + ".dll";
    }

    /** Asks first, because {@code createDirectories} throws and catches an exception for a folder that is there. */
    private static Path created(final Path folder) throws IOException {
        return folder.toFile().isDirectory() ? folder : Files.createDirectories(folder);
    }

    private Path root() {
        final String named = host.property(EXTRACT_PATH);
        if (named != null && !named.isEmpty()) {
            return Path.of(named).toAbsolutePath();
        }
        final String local = host.variable("LOCALAPPDATA");
        final Path applications = local != null && !local.isEmpty()
                ? Path.of(local)
                : Path.of(host.property("user.home"), "AppData", "Local");
        return applications.resolve("iocp4j").toAbsolutePath();
    }

    /** Writes our copy; returns the error that has prevented it, or null. */
    private static IOException write(final Path file, final byte[] dll) throws IOException {
        final Path temporary = written(file, dll);
        try {
            return moveTo(file, temporary);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Writes a temporary file beside that one. */
    private static Path written(final Path file, final byte[] dll) throws IOException {
        for (;;) {
            final Path temporary = file.resolveSibling(StaleCopies.temporaryName());
            try {
                Files.write(temporary, dll, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                return temporary;
            } catch (final FileAlreadyExistsException chosenByAnother) {
                continue;
            } catch (final IOException diskFull) {
                Files.deleteIfExists(temporary);
                throw diskFull;
            }
        }
    }

    private static IOException moveTo(final Path file, final Path temporary) {
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            return null;
        } catch (final IOException failed) {
            // Another process may have written and loaded the same copy already.
            return failed;
        }
    }

    private static FileSystemException damaged(final Path file, final IOException notReplaced) {
        final FileSystemException error = new FileSystemException(file.toString(), null,
                "is damaged and cannot be replaced" + (notReplaced == null ? "" : " (" + notReplaced + ")")
                        + ": end the programs that use it, and delete it");
        error.initCause(notReplaced);
        return error;
    }

    /** Sets the copy's time to now; see {@link StaleCopies}. */
    private static void touch(final Path file) {
        // If that fails, the copy may be removed too early; the next start writes it again.
        file.toFile().setLastModified(System.currentTimeMillis());
    }
}

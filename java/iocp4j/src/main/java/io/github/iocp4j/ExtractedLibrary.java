package io.github.iocp4j;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * The copy of {@code iocp4j.dll} that our jar carries, as a file of this user's, because Windows loads only files.
 *
 * <p>Each version has a folder of its own, named by its hash, so that programs with different versions run side by
 * side and programs with the same version share one file.
 */
final class ExtractedLibrary {
    static final String EXTRACT_PATH = "iocp4j.extract.path";
    static final String DLL_RESOURCE = "/META-INF/native/windows-x86_64/" + NativeLibrarySearch.FILE_NAME;
    static final String HASH_RESOURCE = DLL_RESOURCE + ".sha256";
    static final int FOLDER_DIGITS = 16;

    private final NativeHost host;

    ExtractedLibrary(final NativeHost host) {
        this.host = host;
    }

    /**
     * Writes the copy where it is missing or damaged, and has it loaded.
     *
     * @param loader is given the absolute path while nobody can put another file in its place
     * @return what the loader answered
     * @throws IOException when there is no good copy and none can be made, or when others could change it
     */
    boolean load(final Predicate<Path> loader) throws IOException {
        final String hash = hash();
        // Without junctions, which their owner can let point elsewhere at any time.
        final Path root = Files.createDirectories(root()).toRealPath();
        final Path folder = Files.createDirectories(root.resolve(hash.substring(0, FOLDER_DIGITS)));
        if (!folder.toRealPath().equals(folder)) {
            throw new FileSystemException(folder.toString(), null, "is not a folder but a link: delete it");
        }
        Writers.requireTrusted(host, folder);
        final Path file = folder.resolve(NativeLibrarySearch.FILE_NAME);
        final InputStream held = openIntact(file, hash);
        try {
            // Once more, now that none of the folders can be renamed any more, because a file in them is open.
            Writers.requireTrusted(host, folder, file);
            touch(file);
            if (!loader.test(file)) {
                return false;
            }
        } finally {
            held.close();
        }
        StaleCopies.sweep(root, folder);
        return true;
    }

    private InputStream openIntact(final Path file, final String hash) throws IOException {
        final InputStream found = openIfIntact(file, hash);
        if (found != null) {
            return found;
        }
        final IOException notReplaced = write(file, hash);
        final InputStream written = openIfIntact(file, hash);
        if (written == null) {
            throw damaged(file, notReplaced);
        }
        return written;
    }

    /**
     * Opens the file and checks it. On Windows, java.io opens without FILE_SHARE_DELETE: as long as the stream is open,
     * nobody can delete the file that we have checked or put another in its place. It could still be written to, by
     * those only whom {@link Writers} has found trusted.
     */
    private static InputStream openIfIntact(final Path file, final String hash) throws IOException {
        if (!Files.isRegularFile(file)) {
            return null;
        }
        final InputStream content = new FileInputStream(file.toFile());
        if (hash.equals(sha256(content.readAllBytes()))) {
            return content;
        }
        content.close();
        return null;
    }

    private String hash() throws IOException {
        final byte[] text = resource(HASH_RESOURCE);
        if (text == null) {
            throw new FileNotFoundException("this jar does not carry " + DLL_RESOURCE);
        }
        final String hash = new String(text, StandardCharsets.US_ASCII).strip();
        if (!hash.matches("[0-9a-f]{64}")) {
            throw new IOException("the jar is damaged: " + HASH_RESOURCE + " is not a SHA-256");
        }
        return hash;
    }

    private Path root() {
        final String told = host.property(EXTRACT_PATH);
        if (told != null && !told.isEmpty()) {
            return Path.of(told).toAbsolutePath();
        }
        final String local = host.variable("LOCALAPPDATA");
        final Path applications = local != null && !local.isEmpty()
                ? Path.of(local)
                : Path.of(host.property("user.home"), "AppData", "Local");
        return applications.resolve("iocp4j").toAbsolutePath();
    }

    /** Writes our copy; answers what has kept it from its place, or null when it is there. */
    private IOException write(final Path file, final String hash) throws IOException {
        final byte[] dll = resource(DLL_RESOURCE);
        if (dll == null || !hash.equals(sha256(dll))) {
            throw new IOException("the jar is damaged: " + DLL_RESOURCE + " does not have the SHA-256 beside it");
        }
        final Path temporary = file.resolveSibling(StaleCopies.temporaryName());
        try {
            Files.write(temporary, dll, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return moveTo(file, temporary);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static IOException moveTo(final Path file, final Path temporary) {
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            return null;
        } catch (final IOException failed) {
            // Another process may have been quicker, and have its copy loaded by now: it is as good as ours.
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

    /** Marks the copy as used today; see {@link StaleCopies}. */
    private static void touch(final Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (final IOException notOurs) {
            // Then it can be swept too early, and will be written again.
        }
    }

    private byte[] resource(final String name) throws IOException {
        try (InputStream content = host.resource(name)) {
            return content == null ? null : content.readAllBytes();
        }
    }

    private static String sha256(final byte[] content) {
        try {
            return String.format("%064x", new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(content)));
        } catch (final NoSuchAlgorithmException impossible) {
            throw new AssertionError("Every Java platform has SHA-256", impossible);
        }
    }
}

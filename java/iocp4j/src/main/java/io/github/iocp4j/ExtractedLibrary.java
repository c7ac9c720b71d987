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
     * @throws IOException when there is no good copy and none can be made
     */
    boolean load(final Predicate<Path> loader) throws IOException {
        final String hash = hash();
        final Path root = root();
        final Path folder = Files.createDirectories(root.resolve(hash.substring(0, FOLDER_DIGITS)));
        final Path file = folder.resolve(NativeLibrarySearch.FILE_NAME);
        if (!isIntact(file, hash)) {
            write(file, hash);
        }
        // On Windows, java.io opens files without FILE_SHARE_DELETE: from here on the file that we check can be
        // neither deleted nor replaced until it is loaded. It could still be written to, by this same user only.
        final boolean loaded;
        try (FileInputStream held = new FileInputStream(file.toFile())) {
            if (!hash.equals(sha256(held.readAllBytes()))) {
                throw new FileSystemException(file.toString(), null, "was changed just after it had been written");
            }
            touch(file);
            loaded = loader.test(file);
        }
        StaleCopies.sweep(root, folder);
        return loaded;
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

    private void write(final Path file, final String hash) throws IOException {
        final byte[] dll = resource(DLL_RESOURCE);
        if (dll == null || !hash.equals(sha256(dll))) {
            throw new IOException("the jar is damaged: " + DLL_RESOURCE + " does not have the SHA-256 beside it");
        }
        final Path temporary = file.resolveSibling(StaleCopies.temporaryName());
        try {
            Files.write(temporary, dll, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try {
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (final FileSystemException failed) {
                // Another process may have been quicker and have its copy, as good as ours, loaded by now.
                if (!isIntact(file, hash)) {
                    throw damaged(file, failed);
                }
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static FileSystemException damaged(final Path file, final FileSystemException cause) {
        final FileSystemException error = new FileSystemException(file.toString(), null,
                "is damaged and cannot be replaced (" + cause + "): end the programs that use it, and delete it");
        error.initCause(cause);
        return error;
    }

    private static boolean isIntact(final Path file, final String hash) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream content = Files.newInputStream(file)) {
            return hash.equals(sha256(content.readAllBytes()));
        }
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

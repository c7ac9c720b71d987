package io.github.iocp4j.internal.loader;

import java.io.Closeable;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * The {@code iocp4j.dll} in a jar, with its SHA-256 beside it. If the jar of our classes has none, it is in another jar
 * of the class path, which may have several: of several versions of iocp4j, or of libraries that include it.
 */
public final class CarriedLibrary implements Closeable {
    public static final String DLL_RESOURCE = "META-INF/native/windows-x86_64/" + NativeLibrarySearch.FILE_NAME;
    public static final String HASH_RESOURCE = DLL_RESOURCE + ".sha256";
    /** Computed from the class's name, which differs in a relocated jar. */
    public static final String CLASS_RESOURCE = CarriedLibrary.class.getName().replace('.', '/') + ".class";

    private static final String DIGITS = "0123456789abcdef";
    private static final int SHA256_DIGITS = 64;
    private static final int UNKNOWN = -1;

    private final URL dll;
    private final String hash;
    /** The jar of our own classes, which is open; null when the DLL was found on the class path. */
    private final JarFile ownJar;
    /** What the jar knows of the DLL; null when it does not come from a jar. */
    private final JarEntry entry;
    private byte[] content;

    private CarriedLibrary(final URL dll, final String hash, final JarFile ownJar, final JarEntry entry)
            throws IOException {
        if (hash.length() != SHA256_DIGITS || !isHexadecimal(hash)) {
            throw new IOException("the jar is damaged: " + HASH_RESOURCE + " is not a SHA-256");
        }
        this.dll = dll;
        this.hash = hash;
        this.ownJar = ownJar;
        this.entry = entry;
    }

    /**
     * Finds the DLL that belongs to these classes. The result keeps the jar of these classes open until it is closed.
     *
     * @throws IOException when there is none, when several are there and none can be chosen, or when its hash is
     *     malformed
     */
    public static CarriedLibrary find(final NativeHost host) throws IOException {
        final JarFile own = host.ownJar();
        if (own == null) {
            return onClassPath(host);
        }
        CarriedLibrary found = null;
        try {
            found = in(own);
        } finally {
            if (found == null) {
                own.close();
            }
        }
        return found == null ? onClassPath(host) : found;
    }

    private static CarriedLibrary in(final JarFile jar) throws IOException {
        final JarEntry hash = jar.getJarEntry(HASH_RESOURCE);
        final JarEntry dll = jar.getJarEntry(DLL_RESOURCE);
        if (hash == null || dll == null) {
            return null;
        }
        try (InputStream text = jar.getInputStream(hash)) {
            return new CarriedLibrary(
                    new URL("jar:" + new File(jar.getName()).toURI() + "!/" + DLL_RESOURCE), text(text), jar, dll);
        }
    }

    private static CarriedLibrary onClassPath(final NativeHost host) throws IOException {
        final Map<String, URL> places = new LinkedHashMap<>();
        final Map<String, String> hashes = new HashMap<>();
        for (final URL found : host.resources(HASH_RESOURCE)) {
            final String place = place(found, HASH_RESOURCE);
            places.put(place, found);
            try (InputStream text = connection(found).getInputStream()) {
                hashes.put(place, text(text));
            }
        }
        if (places.isEmpty()) {
            throw new FileNotFoundException("no jar carries " + DLL_RESOURCE + ": add that of"
                    + " io.github.iocp4j:iocp4j with the classifier windows-x86_64, on the module path with"
                    + " --add-modules io.github.iocp4j.windows.x86_64");
        }
        final String place = new HashSet<>(hashes.values()).size() == 1
                ? places.keySet().iterator().next()
                : beside(host, places.keySet());
        final URL dll = new URL(places.get(place), NativeLibrarySearch.FILE_NAME);
        return new CarriedLibrary(dll, hashes.get(place), null, entry(dll));
    }

    /** The jar that our classes come from. That is certain only if exactly one jar has them. */
    private static String beside(final NativeHost host, final Set<String> places) throws IOException {
        final List<String> ours = host.resources(CLASS_RESOURCE).stream()
                .map(found -> place(found, CLASS_RESOURCE)).distinct().collect(Collectors.toList());
        if (ours.size() == 1 && places.contains(ours.get(0))) {
            return ours.get(0);
        }
        throw new IOException("iocp4j is on the class path in several versions, "
                + places.stream().sorted().map(CarriedLibrary::shown).collect(Collectors.joining(" and "))
                + ": keep one of them");
    }

    /** The jar that contains the DLL. */
    public String jar() {
        return shown(place(dll, DLL_RESOURCE));
    }

    /** The SHA-256 of the DLL, 64 hexadecimal digits. */
    public String hash() {
        return hash;
    }

    /**
     * Whether that is the DLL. A jar knows the length and the CRC-32 of the DLL, so that it need not be unpacked. The
     * CRC-32 finds damage; against changes on purpose {@link Writers} protects.
     */
    public boolean matches(final byte[] copy) throws IOException {
        return isChecked() ? hasChecksum(copy) : Arrays.equals(copy, content());
    }

    /** The length of the DLL, or -1 if only {@link #content} tells. */
    public long length() {
        return isChecked() ? entry.getSize() : UNKNOWN;
    }

    /**
     * The DLL, after a check that it is not damaged: by its CRC-32, because SHA-256 takes long in a JVM that has just
     * started, or by its SHA-256 where there is no CRC-32.
     */
    public byte[] content() throws IOException {
        if (content == null) {
            final byte[] unpacked;
            try (InputStream stream = open()) {
                unpacked = stream.readAllBytes();
            } catch (final FileNotFoundException missing) {
                throw new IOException("the jar is damaged: " + DLL_RESOURCE + " is not there", missing);
            }
            if (isChecked() && !hasChecksum(unpacked)) {
                throw new IOException("the jar is damaged: " + DLL_RESOURCE + " does not have its CRC-32");
            }
            if (!isChecked() && !hash.equals(sha256(unpacked))) {
                throw new IOException("the jar is damaged: " + DLL_RESOURCE + " does not have the SHA-256 beside it");
            }
            content = unpacked;
        }
        return content;
    }

    @Override
    public void close() throws IOException {
        if (ownJar != null) {
            ownJar.close();
        }
    }

    private InputStream open() throws IOException {
        return ownJar == null ? connection(dll).getInputStream() : ownJar.getInputStream(entry);
    }

    private boolean isChecked() {
        return entry != null && entry.getSize() != UNKNOWN && entry.getCrc() != UNKNOWN;
    }

    private boolean hasChecksum(final byte[] copy) {
        if (copy.length != entry.getSize()) {
            return false;
        }
        final CRC32 crc = new CRC32();
        crc.update(copy);
        return crc.getValue() == entry.getCrc();
    }

    public static String sha256(final byte[] content) {
        final byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(content);
        } catch (final GeneralSecurityException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256", impossible);
        }
        // No String.format, which would load a hundred classes.
        final StringBuilder text = new StringBuilder(SHA256_DIGITS);
        for (final byte part : digest) {
            text.append(DIGITS.charAt(part >> 4 & 0xf)).append(DIGITS.charAt(part & 0xf));
        }
        return text.toString();
    }

    /** No regular expression, whose classes would be loaded for this alone. */
    static boolean isHexadecimal(final String text) {
        for (int i = 0; i < text.length(); i++) {
            if (DIGITS.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static String text(final InputStream hash) throws IOException {
        return new String(hash.readAllBytes(), StandardCharsets.US_ASCII).strip();
    }

    /** The jar's entry for the DLL, or null when it does not come from a jar, or is not there. */
    private static JarEntry entry(final URL found) throws IOException {
        final URLConnection connection = connection(found);
        if (!(connection instanceof JarURLConnection)) {
            return null;
        }
        try (JarFile jar = ((JarURLConnection) connection).getJarFile()) {
            return jar.getJarEntry(((JarURLConnection) connection).getEntryName());
        } catch (final FileNotFoundException missing) {
            return null;
        }
    }

    /** With caches, the JVM keeps the jar open until it ends, and Windows does not delete an open file. */
    private static URLConnection connection(final URL found) throws IOException {
        final URLConnection connection = found.openConnection();
        connection.setUseCaches(false);
        return connection;
    }

    private static String place(final URL found, final String resource) {
        final String text = found.toExternalForm();
        return text.substring(0, text.length() - resource.length());
    }

    private static String shown(final String place) {
        return place.replaceFirst("^jar:", "").replaceFirst("!?/$", "");
    }
}

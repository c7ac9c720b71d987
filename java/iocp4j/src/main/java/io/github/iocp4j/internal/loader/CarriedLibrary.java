package io.github.iocp4j.internal.loader;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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
 * The {@code iocp4j.dll} in a jar, with its SHA-256 beside it. The class path may have several: several versions of
 * iocp4j, or jars of libraries that include iocp4j.
 */
public final class CarriedLibrary {
    public static final String DLL_RESOURCE = "META-INF/native/windows-x86_64/" + NativeLibrarySearch.FILE_NAME;
    public static final String HASH_RESOURCE = DLL_RESOURCE + ".sha256";
    /** Computed from the class's name, which differs in a relocated jar. */
    public static final String CLASS_RESOURCE = CarriedLibrary.class.getName().replace('.', '/') + ".class";

    private static final String DIGITS = "0123456789abcdef";
    private static final int SHA256_DIGITS = 64;
    private static final int UNKNOWN = -1;

    private final URL dll;
    private final String hash;
    private byte[] content;

    private CarriedLibrary(final URL dll, final String hash) {
        this.dll = dll;
        this.hash = hash;
    }

    /**
     * Finds the DLL that belongs to these classes.
     *
     * @throws IOException when there is none, when several are there and none can be chosen, or when its hash is
     *     malformed
     */
    public static CarriedLibrary find(final NativeHost host) throws IOException {
        final Map<String, URL> places = new LinkedHashMap<>();
        final Map<String, String> hashes = new HashMap<>();
        for (final URL found : host.resources(HASH_RESOURCE)) {
            final String place = place(found, HASH_RESOURCE);
            places.put(place, found);
            hashes.put(place, new String(read(found), StandardCharsets.US_ASCII).strip());
        }
        if (places.isEmpty()) {
            throw new FileNotFoundException("no jar carries " + DLL_RESOURCE + ": add that of"
                    + " io.github.iocp4j:iocp4j with the classifier windows-x86_64, on the module path with"
                    + " --add-modules io.github.iocp4j.windows.x86_64");
        }
        final String place = new HashSet<>(hashes.values()).size() == 1
                ? places.keySet().iterator().next()
                : beside(host, places.keySet());
        final String hash = hashes.get(place);
        if (hash.length() != SHA256_DIGITS || !isHexadecimal(hash)) {
            throw new IOException("the jar is damaged: " + HASH_RESOURCE + " is not a SHA-256");
        }
        return new CarriedLibrary(new URL(places.get(place), NativeLibrarySearch.FILE_NAME), hash);
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
     * Whether the copy is the DLL. A jar knows the length and the CRC-32 of the DLL, so that it need not be unpacked.
     * The CRC-32 finds damage; against changes on purpose {@link Writers} protects.
     */
    public boolean matches(final byte[] copy) throws IOException {
        final JarEntry known = content == null ? entry(dll) : null;
        if (known == null || known.getSize() == UNKNOWN || known.getCrc() == UNKNOWN) {
            return Arrays.equals(copy, content());
        }
        if (copy.length != known.getSize()) {
            return false;
        }
        final CRC32 crc = new CRC32();
        crc.update(copy);
        return crc.getValue() == known.getCrc();
    }

    /** The DLL as stored in the jar. */
    public byte[] content() throws IOException {
        if (content == null) {
            try {
                content = read(dll);
            } catch (final FileNotFoundException missing) {
                throw new IOException("the jar is damaged: " + DLL_RESOURCE + " is not there", missing);
            }
        }
        return content;
    }

    /**
     * The DLL, after a check of its hash.
     *
     * @throws IOException when the hash is not the SHA-256 beside it
     */
    public byte[] checkedContent() throws IOException {
        if (!hash.equals(sha256(content()))) {
            throw new IOException("the jar is damaged: " + DLL_RESOURCE + " does not have the SHA-256 beside it");
        }
        return content;
    }

    public static String sha256(final byte[] content) {
        final byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(content);
        } catch (final NoSuchAlgorithmException impossible) {
            throw new AssertionError("Every Java platform has SHA-256", impossible);
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

    private static byte[] read(final URL found) throws IOException {
        try (InputStream content = connection(found).getInputStream()) {
            return content.readAllBytes();
        }
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

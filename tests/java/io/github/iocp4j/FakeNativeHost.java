package io.github.iocp4j;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A process for {@link NativeLibrary} to find itself in: Windows x64, with a good copy in the jar, unless told. */
final class FakeNativeHost implements NativeHost {
    static final byte[] DLL = "not really a DLL".getBytes(StandardCharsets.UTF_8);

    final Map<String, String> properties = new HashMap<>();
    final Map<String, String> variables = new HashMap<>();
    final Map<String, byte[]> resources = new HashMap<>();
    final List<Path> loaded = Collections.synchronizedList(new ArrayList<>());
    final List<String> resourcesRead = new ArrayList<>();
    final Map<String, IoAction> whenResourceIsRead = new HashMap<>();
    final List<Step> whenLoaded = new ArrayList<>();
    int[] contract = NativeContract.terms().values().stream().mapToInt(Integer::intValue).toArray();
    LinkageError contractError;

    FakeNativeHost(final Path home) {
        properties.put("os.name", "Windows 11");
        properties.put("os.arch", "amd64");
        properties.put("java.library.path", home.resolve("nothing-here").toString());
        properties.put("user.home", home.toString());
        variables.put("LOCALAPPDATA", home.resolve("local").toString());
        resources.put(ExtractedLibrary.DLL_RESOURCE, DLL);
        resources.put(ExtractedLibrary.HASH_RESOURCE, (hash() + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** What {@link #load} does with a file: returns, or throws as the JVM would. */
    interface Step {
        void load(Path file);
    }

    /** Something that happens on the disk meanwhile. */
    interface IoAction {
        void run() throws IOException;
    }

    /** The SHA-256 of {@link #DLL}. */
    static String hash() {
        try {
            return String.format("%064x", new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(DLL)));
        } catch (final NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String property(final String name) {
        return properties.get(name);
    }

    @Override
    public String variable(final String name) {
        return variables.get(name);
    }

    @Override
    public InputStream resource(final String name) {
        resourcesRead.add(name);
        try {
            whenResourceIsRead.getOrDefault(name, () -> { }).run();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        final byte[] content = resources.get(name);
        return content == null ? null : new ByteArrayInputStream(content);
    }

    @Override
    public void load(final Path file) {
        whenLoaded.forEach(step -> step.load(file));
        loaded.add(file);
    }

    @Override
    public int[] contract() {
        if (contractError != null) {
            throw contractError;
        }
        return contract;
    }
}

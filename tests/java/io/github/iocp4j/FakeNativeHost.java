package io.github.iocp4j;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A process for {@link NativeLibrary} to find itself in: Windows x64, with a good copy in the jar, unless told. */
final class FakeNativeHost implements NativeHost {
    static final String JAR = "iocp4j.jar!/";
    private static final String ROOT = "file:/";
    static final byte[] DLL = "not really a DLL".getBytes(StandardCharsets.UTF_8);

    final Map<String, String> properties = new HashMap<>();
    final Map<String, String> variables = new HashMap<>();
    /** What jars have in them, as jar!/resource. */
    final Map<String, byte[]> resources = new LinkedHashMap<>();
    final List<Path> loaded = Collections.synchronizedList(new ArrayList<>());
    final List<String> resourcesRead = new ArrayList<>();
    final Map<String, IoAction> whenResourceIsRead = new HashMap<>();
    final List<Step> whenLoaded = new ArrayList<>();
    int[] contract = NativeContract.terms().values().stream().mapToInt(Integer::intValue).toArray();
    LinkageError contractError;

    FakeNativeHost(final Path home) {
        properties.put("os.name", "Windows 11");
        properties.put("os.version", "10.0");
        properties.put("os.arch", "amd64");
        properties.put("java.library.path", home.resolve("nothing-here").toString());
        properties.put("user.home", home.toString());
        variables.put("LOCALAPPDATA", home.resolve("local").toString());
        resources.put(JAR + CarriedLibrary.CLASS_RESOURCE, new byte[0]);
        resources.put(JAR + CarriedLibrary.DLL_RESOURCE, DLL);
        resources.put(JAR + CarriedLibrary.HASH_RESOURCE, (hash() + "\n").getBytes(StandardCharsets.US_ASCII));
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
        return CarriedLibrary.sha256(DLL);
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
    public List<URL> resources(final String name) throws IOException {
        final List<URL> found = new ArrayList<>();
        for (final String place : resources.keySet()) {
            if (place.endsWith("!/" + name)) {
                found.add(new URL("jar", "", -1, ROOT + place, new Reader()));
            }
        }
        return found;
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

    /** Reads a resource from the map. */
    private final class Reader extends URLStreamHandler {
        @Override
        protected URLConnection openConnection(final URL url) {
            return new URLConnection(url) {
                @Override
                public void connect() {
                    throw new AssertionError("It is read at once");
                }

                @Override
                public InputStream getInputStream() throws IOException {
                    final String place = url.getFile().substring(ROOT.length());
                    final String name = place.substring(place.indexOf("!/") + "!/".length());
                    resourcesRead.add(name);
                    whenResourceIsRead.getOrDefault(name, () -> { }).run();
                    if (!resources.containsKey(place)) {
                        throw new FileNotFoundException(place);
                    }
                    return new ByteArrayInputStream(resources.get(place));
                }
            };
        }
    }
}

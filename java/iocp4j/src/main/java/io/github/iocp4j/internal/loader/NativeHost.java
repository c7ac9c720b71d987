package io.github.iocp4j.internal.loader;

import io.github.iocp4j.internal.PortNative;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipException;

/** The process as the library search sees it. Tests substitute their own. */
public class NativeHost {
    /** The current process. Not of a subclass: each class of ours takes a JVM that starts about 1 ms to load. */
    public static final NativeHost JVM = new NativeHost();

    /** For {@link #JVM} and the substitutes. */
    protected NativeHost() {
    }

    /** A system property, or null. */
    public String property(final String name) {
        return System.getProperty(name);
    }

    /** An environment variable, or null. */
    public String variable(final String name) {
        return System.getenv(name);
    }

    /**
     * All resources of that name in the class loader of our own classes, in its order. Those of its parent count only
     * if it has none itself, because the parent, such as an application server's, may have another version.
     */
    public List<URL> resources(final String name) throws IOException {
        final ClassLoader own = NativeHost.class.getClassLoader();
        final List<URL> found = Collections.list(
                own == null ? ClassLoader.getSystemResources(name) : own.getResources(name));
        if (found.size() < 2 || own == null || own.getParent() == null) {
            return found;
        }
        final List<String> inherited = new ArrayList<>();
        own.getParent().getResources(name).asIterator().forEachRemaining(url -> inherited.add(url.toString()));
        final List<URL> ours = new ArrayList<>(found);
        ours.removeIf(url -> inherited.contains(url.toString()));
        return ours.isEmpty() ? found : ours;
    }

    /**
     * Opens the jar that our own classes come from, or returns null if they do not come from a jar. That is quicker
     * than {@link #resources}, which opens all jars of the class path, of which a program may have hundreds.
     */
    public JarFile ownJar() throws IOException {
        try {
            final CodeSource source = NativeHost.class.getProtectionDomain().getCodeSource();
            final URL origin = source == null ? null : source.getLocation();
            if (origin == null || !"file".equals(origin.getProtocol())) {
                return null;
            }
            final File file = new File(origin.toURI());
            return file.isFile() ? new JarFile(file) : null;
        } catch (final URISyntaxException | ZipException | RuntimeException unknown) {
            // A security manager may refuse to tell, and other class loaders have URLs of their own.
            return null;
        }
    }

    /** Loads the library from an absolute path, for the class loader of our own classes. */
    public void load(final Path file) {
        System.load(file.toString());
    }

    /** {@link PortNative#contract}. */
    public int[] contract() {
        return PortNative.contract();
    }
}

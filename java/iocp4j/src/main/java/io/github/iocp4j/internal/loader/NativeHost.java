package io.github.iocp4j.internal.loader;

import io.github.iocp4j.internal.PortNative;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The process as the library search sees it. Tests substitute their own. */
public interface NativeHost {
    /** The current process. */
    NativeHost JVM = new NativeHost() {
        @Override
        public String property(final String name) {
            return System.getProperty(name);
        }

        @Override
        public String variable(final String name) {
            return System.getenv(name);
        }

        @Override
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

        @Override
        public void load(final Path file) {
            System.load(file.toString());
        }

        @Override
        public int[] contract() {
            return PortNative.contract();
        }
    };

    /** A system property, or null. */
    String property(String name);

    /** An environment variable, or null. */
    String variable(String name);

    /**
     * All resources of that name in the class loader of our own classes, in its order. Those of its parent count only
     * if it has none itself, because the parent, such as an application server's, may have another version.
     */
    List<URL> resources(String name) throws IOException;

    /** Loads the library from an absolute path, for the class loader of our own classes. */
    void load(Path file);

    /** {@link PortNative#contract}. */
    int[] contract();
}

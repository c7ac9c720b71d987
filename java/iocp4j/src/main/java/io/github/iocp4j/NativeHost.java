package io.github.iocp4j;

import java.io.InputStream;
import java.nio.file.Path;

/** What the search for the library sees of the process around it. Tests put another in the place of the real one. */
interface NativeHost {
    /** The process that we are in. */
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
        public InputStream resource(final String name) {
            final InputStream own = NativeHost.class.getResourceAsStream(name);
            if (own != null) {
                return own;
            }
            // In the module of the native part, which is another than that of these classes.
            final ClassLoader loader = NativeHost.class.getClassLoader();
            return loader == null ? null : loader.getResourceAsStream(name.substring(1));
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

    /** A resource beside our own classes, or else beside those of others, by its absolute name; or null. */
    InputStream resource(String name);

    /** Loads the library from an absolute path, for the class loader of iocp4j's own classes. */
    void load(Path file);

    /** {@link PortNative#contract}. */
    int[] contract();
}

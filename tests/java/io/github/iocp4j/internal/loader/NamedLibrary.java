package io.github.iocp4j.internal.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The DLL in this JVM is the one that {@code iocp4j.library.path} names. Only for {@code ./dev test --deep}, which
 * names the DLL that Clang has built.
 */
final class NamedLibrary {
    @Test
    void isInUse() throws Exception {
        final String named = System.getProperty("iocp4j.library.path");
        assertThat(named).as("iocp4j.library.path").isNotNull();
        NativeLibrary.load();

        // Another class loader cannot load that file, because Windows code belongs to one only.
        final URL jar = NativeLibrary.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader other = new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader())) {
            final Method load = other.loadClass(NativeLibrary.class.getName()).getDeclaredMethod("load");
            load.setAccessible(true);
            assertThatThrownBy(() -> load.invoke(null))
                    .cause().hasMessageContaining(Path.of(named).toAbsolutePath() + " is already in use");
        }
    }
}

package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real DLL in real JVMs: out of the jar, damaged, shared, and wanted by two class loaders. */
@Timeout(120)
final class LoadedLibraryTest {
    @TempDir
    private Path folder;

    @Test
    void keepsTheContract() {
        NativeLibrary.load();

        assertThat(NativeContract.difference(PortNative.contract())).isNull();
        assertThat(NativeLibrary.isLoaded()).isTrue();
    }

    @Test
    void givesExceptionsTheTextOfWindows() {
        NativeLibrary.load();

        final Win32Exception known = new Win32Exception("X", Win32Error.ACCESS_DENIED);
        assertThat(known.getMessage()).startsWith("X failed: ERROR_ACCESS_DENIED (5): ").doesNotEndWith("\n");
        assertThat(known.getMessage()).hasSizeGreaterThan("X failed: ERROR_ACCESS_DENIED (5): ".length());
        assertThat(new Win32Exception("X", 0x2fff_fff1)).hasMessage("X failed: ERROR_805306353 (805306353)");
    }

    @Test
    void servesOneClassLoaderOnly() throws Exception {
        NativeLibrary.load();
        final URL jar = NativeLibrary.class.getProtectionDomain().getCodeSource().getLocation();

        try (URLClassLoader other = new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader())) {
            final Method load = other.loadClass(NativeLibrary.class.getName()).getDeclaredMethod("load");
            load.setAccessible(true);

            assertThatThrownBy(() -> load.invoke(null)).isInstanceOf(InvocationTargetException.class)
                    .cause().hasMessageContaining("in another class loader of this process")
                    .extracting(error -> error.getClass().getName()).isEqualTo(NativeLibraryError.class.getName());
        }
    }

    @Test
    void comesOutOfTheJarAndIsMadeGoodWhenItIsDamaged() throws Exception {
        assumeJarHasTheLibrary();

        assertThat(probe()).isEqualTo("delivered");
        final Path copy = copies().get(0);
        final byte[] good = Files.readAllBytes(copy);
        final byte[] damaged = good.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(copy, damaged);

        assertThat(probe()).isEqualTo("delivered");
        assertThat(copies()).containsExactly(copy);
        assertThat(copy).hasBinaryContent(good);
    }

    @Test
    void isRefusedWhenItIsOfAnotherVersion() throws Exception {
        assumeJarHasTheLibrary();
        final String version = NativeContract.version();
        final String other = version.replaceFirst("\\d", "9");
        final byte[] library;
        try (InputStream content = NativeLibrary.class.getResourceAsStream(ExtractedLibrary.DLL_RESOURCE)) {
            library = content.readAllBytes();
        }
        final Path file = folder.resolve("other.dll");
        // As the DLL has it for Java; the version resource has it, too, in UTF-16.
        Files.write(file, new String(library, StandardCharsets.ISO_8859_1)
                .replace(version, other).getBytes(StandardCharsets.ISO_8859_1));

        final Process process = startProbe("-Diocp4j.library.path=" + file);
        try {
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("NativeLibraryError: The iocp4j jar and " + file + " are of different versions"
                            + " (the DLL is " + other + ", the jar " + version + ")");
        } finally {
            end(process);
        }
    }

    @Test
    void isSharedByProcessesThatStartTogether() throws Exception {
        assumeJarHasTheLibrary();

        final List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                processes.add(startProbe());
            }
            for (final Process process : processes) {
                assertThat(firstLine(process)).isEqualTo("delivered");
            }
            assertThat(copies()).as("one copy, and no temporary file").hasSize(1);
        } finally {
            for (final Process process : processes) {
                end(process);
            }
        }
    }

    private static void assumeJarHasTheLibrary() {
        assumeTrue(NativeLibrary.class.getResource(ExtractedLibrary.DLL_RESOURCE) != null,
                "these classes are not the jar's: " + ExtractedLibrary.DLL_RESOURCE + " is not beside them");
    }

    private String probe() throws IOException, InterruptedException {
        final Process process = startProbe();
        try {
            return firstLine(process);
        } finally {
            end(process);
        }
    }

    private Process startProbe() throws IOException {
        return startProbe("-Diocp4j.extract.path=" + folder);
    }

    private static Process startProbe(final String setting) throws IOException {
        return Launch.of(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                setting, "-cp", System.getProperty("java.class.path"),
                LoaderProbe.class.getName()).redirectErrorStream(true));
    }

    private static String firstLine(final Process process) throws IOException {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    private static void end(final Process process) throws IOException, InterruptedException {
        process.getOutputStream().close();
        process.waitFor();
    }

    /** All files below the folder of copies. */
    private List<Path> copies() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).collect(Collectors.toList());
        }
    }
}

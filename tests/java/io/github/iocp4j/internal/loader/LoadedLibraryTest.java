package io.github.iocp4j.internal.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.NativeLibraryError;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.ChildJvm;
import io.github.iocp4j.fixtures.Garbage;
import io.github.iocp4j.fixtures.Launch;
import io.github.iocp4j.internal.PortNative;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real DLL in real JVMs: from the jar, damaged, shared, and loaded by two class loaders. */
@Tag("newer-jvm")
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

    /** They are bound when they are first used, so that a wrong signature would otherwise show late. */
    @Test
    void bindsTheMethodsOfEachClass() throws Exception {
        final String folderOfClasses = PortNative.class.getPackageName().replace('.', '/');
        final List<String> names;
        try (JarFile jar = new JarFile(System.getProperty("iocp4j.tests.jar"))) {
            names = jar.stream().map(JarEntry::getName)
                    .filter(name -> name.startsWith(folderOfClasses) && name.endsWith("Native.class"))
                    .map(name -> name.replace('/', '.').substring(0, name.length() - ".class".length()))
                    .collect(Collectors.toList());
        }
        assertThat(names).hasSizeGreaterThan(20);
        for (final String name : names) {
            assertThat(Class.forName(name, true, PortNative.class.getClassLoader())).isNotNull();
        }
        assertThatThrownBy(() -> NativeLibrary.bind(String.class)).isInstanceOf(LinkageError.class)
                .hasMessage("iocp4j.dll has no methods for java.lang.String");
        assertThatThrownBy(() -> PortNative.bind(String.class, PortNative.class.getName().replace('.', '/')))
                .isInstanceOf(NoSuchMethodError.class);
        assertThat(PortNative.bind(null, null)).isFalse();
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
    void servesEachClassLoaderWithACopyOfItsOwn() throws Exception {
        NativeLibrary.load();

        try (URLClassLoader other = otherClassLoader()) {
            final Class<?> theirs = other.loadClass(NativeLibrary.class.getName());

            call(theirs, "load");

            assertThat(theirs).isNotSameAs(NativeLibrary.class);
            assertThat(call(theirs, "isLoaded")).isEqualTo(true);
            final Object contract = call(other.loadClass(PortNative.class.getName()), "contract");
            assertThat(contract).isEqualTo(PortNative.contract());
        }
    }

    /** The DLL of an unloaded class loader stays in memory, and serves the next one. */
    @Test
    void servesOneClassLoaderAfterAnother() throws Exception {
        NativeLibrary.load();

        for (int round = 0; round < 3; round++) {
            Garbage.awaitCollected(List.of(connectedInAnotherClassLoader()));
        }
    }

    @Test
    void servesOnlyOneClassLoaderWhenItsFileIsNamed() throws Exception {
        assumeJarHasTheLibrary();
        NativeLibrary.load();
        new ExtractedLibrary(NativeHost.JVM).load(ours -> {
            System.setProperty(NativeLibrarySearch.LIBRARY_PATH, ours.toString());
            return Loading.FAILED;
        });

        try (URLClassLoader other = otherClassLoader()) {
            assertThatThrownBy(() -> call(other.loadClass(NativeLibrary.class.getName()), "load"))
                    .isInstanceOf(InvocationTargetException.class)
                    .cause().hasMessageContaining("in another class loader of this process")
                    .extracting(error -> error.getClass().getName()).isEqualTo(NativeLibraryError.class.getName());
        } finally {
            System.clearProperty(NativeLibrarySearch.LIBRARY_PATH);
        }
    }

    @Test
    void isRefusedWhenItIsForAnotherProcessor() throws Exception {
        assumeJarHasTheLibrary();
        final byte[] dll = carried();
        ByteBuffer.wrap(dll).order(ByteOrder.LITTLE_ENDIAN).putShort(machinePosition(dll), (short) 0xaa64);

        assertThat(diagnosis(dll)).contains("iocp4j.library.path: ", "it is for ARM64, but this JVM is for x64");
    }

    @Test
    void isRefusedWhenItHasBeenCutShort() throws Exception {
        assumeJarHasTheLibrary();
        final byte[] dll = carried();

        assertThat(diagnosis(Arrays.copyOf(dll, dll.length / 2))).contains("iocp4j.library.path: ",
                "it is truncated: ");
    }

    @Test
    void isRefusedWhenItIsSomethingElse() throws Exception {
        assertThat(diagnosis("a text".getBytes(StandardCharsets.UTF_8)))
                .contains("iocp4j.library.path: ", "it is not a DLL");
    }

    @Test
    void comesOutOfTheJarAndIsMadeGoodWhenItIsDamaged() throws Exception {
        assumeJarHasTheLibrary();

        assertThat(ChildJvm.run(probe(extractingToFolder())).output()).isEqualTo("delivered");
        final Path copy = copies().get(0);
        final byte[] good = Files.readAllBytes(copy);
        final byte[] damaged = good.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(copy, damaged);

        assertThat(ChildJvm.run(probe(extractingToFolder())).output()).isEqualTo("delivered");
        assertThat(copies()).containsExactly(copy);
        assertThat(copy).hasBinaryContent(good);
    }

    @Test
    void isRefusedWhenItIsOfAnotherVersion() throws Exception {
        assumeJarHasTheLibrary();
        final String other = otherVersion();
        final Path file = Files.write(folder.resolve("other.dll"), ofVersion(other));

        assertThat(String.join("\n", ChildJvm.run(probe("-Diocp4j.library.path=" + file)).errors()))
                .contains("iocp4j.library.path: the iocp4j jar and " + file + " are of different versions"
                        + " (the DLL is " + other + ", the jar " + NativeContract.version() + ")");
    }

    /** As another program may have put it on the PATH, which {@code java.library.path} is unless it is set. */
    @ParameterizedTest
    @ValueSource(strings = {"of another version", "for another processor", "cut short", "a text", "a folder"})
    void isSkippedOnJavaLibraryPathWhenItIs(final String flaw) throws Exception {
        assumeJarHasTheLibrary();
        final Path file = folder.resolve("iocp4j.dll");
        if (flaw.equals("a folder")) {
            Files.createDirectory(file);
        } else {
            Files.write(file, flawed(flaw));
        }

        assertThat(ChildJvm.run(probe("-Djava.library.path=" + folder)).output()).isEqualTo("delivered");
    }

    private static byte[] flawed(final String flaw) throws IOException {
        final byte[] dll = carried();
        switch (flaw) {
            case "of another version":
                return ofVersion(otherVersion());
            case "for another processor":
                ByteBuffer.wrap(dll).order(ByteOrder.LITTLE_ENDIAN).putShort(machinePosition(dll), (short) 0xaa64);
                return dll;
            case "cut short":
                return Arrays.copyOf(dll, dll.length / 2);
            default:
                return flaw.getBytes(StandardCharsets.UTF_8);
        }
    }

    @Test
    void isSkippedOnJavaLibraryPathWhenAnotherClassLoaderHasIt() throws Exception {
        assumeJarHasTheLibrary();
        NativeLibrary.load();
        final String before = System.getProperty("java.library.path");
        new ExtractedLibrary(NativeHost.JVM).load(ours -> {
            assertThat(ours.getFileName()).hasToString(NativeLibrarySearch.FILE_NAME);
            System.setProperty("java.library.path", ours.getParent().toString());
            return Loading.FAILED;
        });

        try (URLClassLoader other = otherClassLoader()) {
            call(other.loadClass(NativeLibrary.class.getName()), "load");

            assertThat(call(other.loadClass(PortNative.class.getName()), "contract"))
                    .isEqualTo(PortNative.contract());
        } finally {
            System.setProperty("java.library.path", before);
        }
    }

    @Test
    void isSharedByProcessesThatStartTogether() throws Exception {
        assumeJarHasTheLibrary();

        final List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                processes.add(Launch.of(new ProcessBuilder(ChildJvm.command(probe(extractingToFolder())))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)));
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

    private static URLClassLoader otherClassLoader() {
        return new URLClassLoader(new URL[] {placeOf(NativeLibrary.class), placeOf(ConnectProbe.class)},
                ClassLoader.getPlatformClassLoader());
    }

    private static URL placeOf(final Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private static WeakReference<Object> connectedInAnotherClassLoader() throws Exception {
        try (URLClassLoader other = otherClassLoader()) {
            final Class<?> probe = other.loadClass(ConnectProbe.class.getName());
            ((Runnable) probe.getConstructor().newInstance()).run();
            return new WeakReference<>(other);
        }
    }

    private static Object call(final Class<?> type, final String name) throws ReflectiveOperationException {
        final Method method = type.getDeclaredMethod(name);
        method.setAccessible(true);
        return method.invoke(null);
    }

    private static byte[] carried() throws IOException {
        try (CarriedLibrary carried = CarriedLibrary.find(NativeHost.JVM)) {
            return carried.content();
        }
    }

    private static String otherVersion() {
        return NativeContract.version().replaceFirst("\\d", "9");
    }

    /** The DLL with another version for Java; the version resource still has the real one, in UTF-16. */
    private static byte[] ofVersion(final String other) throws IOException {
        return new String(carried(), StandardCharsets.ISO_8859_1)
                .replace(NativeContract.version(), other).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static int machinePosition(final byte[] dll) {
        return ByteBuffer.wrap(dll).order(ByteOrder.LITTLE_ENDIAN).getInt(0x3c) + Integer.BYTES;
    }

    /** The error output of a program that loads this file. */
    private String diagnosis(final byte[] dll) throws Exception {
        final Path file = Files.write(folder.resolve("iocp4j.dll"), dll);
        final ChildJvm jvm = ChildJvm.run(probe("-Diocp4j.library.path=" + file));
        assertThat(jvm.exitCode()).isNotZero();
        return String.join("\n", jvm.errors());
    }

    private static void assumeJarHasTheLibrary() {
        assumeTrue(NativeLibrary.class.getResource("/" + CarriedLibrary.DLL_RESOURCE) != null,
                "these classes are not from the jar: " + CarriedLibrary.DLL_RESOURCE + " is not beside them");
    }

    private String extractingToFolder() {
        return "-Diocp4j.extract.path=" + folder;
    }

    private static List<String> probe(final String setting) {
        return List.of(setting, "-cp", System.getProperty("java.class.path"), LoaderProbe.class.getName());
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

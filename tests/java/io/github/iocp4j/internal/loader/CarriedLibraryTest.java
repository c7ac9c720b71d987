package io.github.iocp4j.internal.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.FakeNativeHost;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which DLL is taken when jars on the class path carry several. */
final class CarriedLibraryTest {
    private static final byte[] OLDER = "a DLL of another version".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path home;

    @Test
    void isThatOfTheOnlyJar() throws IOException {
        final FakeNativeHost host = host();
        facade(host, "iocp4j.jar");
        dll(host, "iocp4j.jar", FakeNativeHost.DLL);

        assertThat(CarriedLibrary.find(host).content()).isEqualTo(FakeNativeHost.DLL);
    }

    @Test
    void isThatOfAJarWithNothingElse() throws IOException {
        final FakeNativeHost host = host();
        facade(host, "iocp4j.jar");
        dll(host, "iocp4j-windows-x86_64.jar", FakeNativeHost.DLL);

        assertThat(CarriedLibrary.find(host).content()).isEqualTo(FakeNativeHost.DLL);
    }

    @Test
    void mayBeThereSeveralTimesIfItIsTheSame() throws IOException {
        final FakeNativeHost host = host();
        for (final String jar : new String[] {"iocp4j.jar", "everything.jar"}) {
            facade(host, jar);
            dll(host, jar, FakeNativeHost.DLL);
        }

        assertThat(CarriedLibrary.find(host).content()).isEqualTo(FakeNativeHost.DLL);
    }

    @Test
    void isRefusedWhenTwoVersionsOfIocp4jAreThere() {
        final FakeNativeHost host = host();
        facade(host, "iocp4j-0.2.jar");
        dll(host, "iocp4j-0.2.jar", FakeNativeHost.DLL);
        facade(host, "iocp4j-0.1.jar");
        dll(host, "iocp4j-0.1.jar", OLDER);

        assertThatThrownBy(() -> CarriedLibrary.find(host)).isInstanceOf(IOException.class)
                .hasMessage("iocp4j is on the class path in several versions, file:/iocp4j-0.1.jar and"
                        + " file:/iocp4j-0.2.jar: keep one of them");
    }

    @Test
    void isRefusedWhenTwoJarsWithNothingElseDiffer() {
        final FakeNativeHost host = host();
        facade(host, "iocp4j.jar");
        dll(host, "windows-0.2.jar", FakeNativeHost.DLL);
        dll(host, "windows-0.1.jar", OLDER);

        assertThatThrownBy(() -> CarriedLibrary.find(host)).isInstanceOf(IOException.class)
                .hasMessageContaining("file:/windows-0.1.jar and file:/windows-0.2.jar: keep one");
    }

    /** As when two libraries have shaded iocp4j, each into its own package. */
    @Test
    void isThatOfTheJarThatAloneHasOurClasses() throws IOException {
        final FakeNativeHost host = host();
        dll(host, "other-library.jar", OLDER);
        facade(host, "library.jar");
        dll(host, "library.jar", FakeNativeHost.DLL);

        assertThat(CarriedLibrary.find(host).content()).isEqualTo(FakeNativeHost.DLL);
    }

    @Test
    void isMissedWhereNoJarHasIt() {
        final FakeNativeHost host = host();
        facade(host, "iocp4j.jar");

        assertThatThrownBy(() -> CarriedLibrary.find(host)).isInstanceOf(FileNotFoundException.class)
                .hasMessage("no jar carries " + CarriedLibrary.DLL_RESOURCE + ": add that of"
                        + " io.github.iocp4j:iocp4j with the classifier windows-x86_64, on the module path with"
                        + " --add-modules io.github.iocp4j.windows.x86_64");
    }

    /** A program may have hundreds of jars, and to open each takes time. */
    @Test
    void isThatOfTheJarOfOurClassesWithoutASearchOfOthers() throws IOException {
        final FakeNativeHost host = host();
        dll(host, "other-library.jar", OLDER);
        host.ownJar = jar(FakeNativeHost.DLL);

        try (CarriedLibrary carried = CarriedLibrary.find(host)) {
            assertThat(carried.content()).isEqualTo(FakeNativeHost.DLL);
            assertThat(carried.hash()).isEqualTo(FakeNativeHost.hash());
            assertThat(carried.jar()).endsWith("/carrier.jar");
        }
        assertThat(host.searches).isZero();
        Files.delete(host.ownJar); // nothing keeps it open
    }

    @Test
    void isReadFromTheJarThatIsOpenAlready() throws IOException {
        final FakeNativeHost host = host();
        host.ownJar = jar(FakeNativeHost.DLL);
        final CarriedLibrary carried = CarriedLibrary.find(host);
        carried.close();

        assertThatThrownBy(carried::content).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void isSearchedForWhereTheJarOfOurClassesHasNone() throws IOException {
        final FakeNativeHost host = host();
        dll(host, "iocp4j-windows-x86_64.jar", FakeNativeHost.DLL);
        host.ownJar = jar(null);

        assertThat(CarriedLibrary.find(host).content()).isEqualTo(FakeNativeHost.DLL);
        Files.delete(host.ownJar); // nothing keeps it open
    }

    @Test
    void isRefusedWhenTheJarIsDamaged() throws IOException {
        final FakeNativeHost host = host();
        host.ownJar = jar(FakeNativeHost.DLL);
        final byte[] damaged = Files.readAllBytes(host.ownJar);
        final int dll = new String(damaged, StandardCharsets.ISO_8859_1)
                .indexOf(new String(FakeNativeHost.DLL, StandardCharsets.ISO_8859_1));
        damaged[dll] ^= 1;
        Files.write(host.ownJar, damaged);

        try (CarriedLibrary carried = CarriedLibrary.find(host)) {
            assertThatThrownBy(carried::content).isInstanceOf(IOException.class)
                    .hasMessage("the jar is damaged: " + CarriedLibrary.DLL_RESOURCE + " does not have its CRC-32");
        }
    }

    @Test
    void isComparedWithACopyWithoutBeingUnpacked() throws IOException {
        final FakeNativeHost host = host();
        host.jar = jar(FakeNativeHost.DLL);
        final CarriedLibrary carried = CarriedLibrary.find(host);
        final byte[] damaged = FakeNativeHost.DLL.clone();
        damaged[3] ^= 1;

        for (int unpacked = 0; unpacked < 2; unpacked++) {
            assertThat(carried.matches(FakeNativeHost.DLL)).isTrue();
            assertThat(carried.matches(damaged)).isFalse();
            assertThat(carried.matches(Arrays.copyOf(FakeNativeHost.DLL, FakeNativeHost.DLL.length + 1))).isFalse();
            assertThat(carried.matches(new byte[0])).isFalse();
            if (unpacked == 0) {
                assertThat(carried.content()).isEqualTo(FakeNativeHost.DLL);
            }
        }
        Files.delete(host.jar); // nothing keeps it open
    }

    @Test
    void matchesNothingWhereTheJarHasOnlyItsHash() throws IOException {
        final FakeNativeHost host = host();
        host.jar = jar(null);
        final CarriedLibrary carried = CarriedLibrary.find(host);

        assertThatThrownBy(() -> carried.matches(FakeNativeHost.DLL)).isInstanceOf(IOException.class)
                .hasMessage("the jar is damaged: " + CarriedLibrary.DLL_RESOURCE + " is not there");
    }

    /** A jar with the hash of the DLL and, unless it is null, a DLL that is not compressed. */
    private Path jar(final byte[] dll) throws IOException {
        final Path file = home.resolve("carrier.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
            jar.putNextEntry(new JarEntry(CarriedLibrary.HASH_RESOURCE));
            jar.write(FakeNativeHost.hash().getBytes(StandardCharsets.US_ASCII));
            if (dll != null) {
                jar.setLevel(Deflater.NO_COMPRESSION);
                jar.putNextEntry(new JarEntry(CarriedLibrary.DLL_RESOURCE));
                jar.write(dll);
            }
        }
        return file;
    }

    private FakeNativeHost host() {
        final FakeNativeHost host = new FakeNativeHost(home);
        host.resources.clear();
        return host;
    }

    private static void facade(final FakeNativeHost host, final String jar) {
        host.resources.put(jar + "!/" + CarriedLibrary.CLASS_RESOURCE, new byte[0]);
    }

    private static void dll(final FakeNativeHost host, final String jar, final byte[] content) {
        host.resources.put(jar + "!/" + CarriedLibrary.DLL_RESOURCE, content);
        host.resources.put(jar + "!/" + CarriedLibrary.HASH_RESOURCE,
                CarriedLibrary.sha256(content).getBytes(StandardCharsets.US_ASCII));
    }
}

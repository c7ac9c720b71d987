package io.github.iocp4j.internal.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The DLL in the jar as a file, as Windows, a virus scanner or an auditor sees it. */
final class LibraryImageTest {
    private static final Set<String> SYSTEM = Set.of(
            "advapi32.dll", "kernel32.dll", "msvcrt.dll", "ntdll.dll", "user32.dll", "ws2_32.dll");
    private static final int AMD64 = 0x8664;
    private static final int HIGH_ENTROPY_VA = 0x0020;
    private static final int DYNAMIC_BASE = 0x0040;
    private static final int NX_COMPAT = 0x0100;
    private static final int GUARD_CF = 0x4000;

    private static PeImage image;

    @BeforeAll
    static void read() throws IOException {
        final byte[] library = resource(CarriedLibrary.DLL_RESOURCE);
        assumeTrue(library != null, "these classes are not from the jar: there is no DLL beside them");
        image = new PeImage(library);
    }

    @Test
    void isForX64() {
        assertThat(image.machine()).isEqualTo(AMD64);
    }

    @Test
    void needsNothingThatWindowsDoesNotHave() {
        // The last are Windows 10's own C library, for which newer MinGWs link.
        assertThat(image.imports()).allMatch(name -> SYSTEM.contains(name) || name.startsWith("api-ms-win-crt-"));
    }

    @Test
    void exportsWhatJniCallsAndWhatTheHeaderDeclares() throws IOException {
        final TreeSet<String> declared = new TreeSet<>();
        declared.add("JNI_OnLoad");
        declared.add("JNI_OnUnload");
        final Matcher functions = Pattern.compile("(?m)^IOCP4J_API .*?(\\w+)\\(")
                .matcher(Files.readString(Path.of("..", "native", "c", "iocp4j.h")));
        while (functions.find()) {
            declared.add(functions.group(1));
        }

        assertThat(declared).hasSizeGreaterThan(10);
        assertThat(image.exports()).isEqualTo(declared);
        assertThat(image.exportCount()).isEqualTo(declared.size());
    }

    @Test
    void letsWindowsProtectTheProcess() {
        assertThat(image.characteristics() & (HIGH_ENTROPY_VA | DYNAMIC_BASE | NX_COMPAT))
                .isEqualTo(HIGH_ENTROPY_VA | DYNAMIC_BASE | NX_COMPAT);
        assertThat(image.hasRelocations()).as("without relocations it cannot be put anywhere else").isTrue();
    }

    @Test
    void guardsItsIndirectCallsWhereTheCompilerCan() {
        assumeTrue(image.linkerVersion() >= 14, "MinGW has no control flow guard");

        assertThat(image.characteristics() & GUARD_CF).isEqualTo(GUARD_CF);
    }

    @Test
    void hasABillOfWhatIsLinkedIntoIt() throws IOException {
        final byte[] file = resource(CarriedLibrary.DLL_RESOURCE + ".cdx.json");

        assertThat(file).as("a file beside the DLL").isNotNull();
        final String bill = new String(file, StandardCharsets.UTF_8);
        assertThat(bill).contains("\"bomFormat\": \"CycloneDX\"",
                "\"name\": \"iocp4j.dll\",\n      \"version\": \"" + System.getProperty("iocp4j.tests.version") + '"');
        final Matcher versions = Pattern.compile("\"purl\": \"pkg:generic/[a-z0-9-]+@([^\"]*)\"").matcher(bill);
        assertThat(versions.results().map(linked -> linked.group(1)))
                .as("versions of the runtimes").isNotEmpty().allMatch(version -> version.matches("\\d+(\\.\\d+)+"));
    }

    @Test
    void reportsItsVersion() {
        final String version = System.getProperty("iocp4j.tests.version");

        assertThat(image.versionStrings())
                .containsEntry("FileVersion", version)
                .containsEntry("ProductVersion", version)
                .containsEntry("ProductName", "iocp4j")
                .containsEntry("OriginalFilename", "iocp4j.dll")
                .containsKeys("LegalCopyright", "FileDescription", "CompanyName");
        final String numbers = image.fileVersion().toString().replaceAll("\\[(\\d+), (\\d+), (\\d+), 0]", "$1.$2.$3");
        assertThat(version).matches(Pattern.quote(numbers) + "(-.*)?");
        assertThat(NativeContract.version()).isEqualTo(version);
    }

    @Test
    void doesNotHaveTheTimeOfItsBuild() {
        // Microsoft's linker writes a hash of the contents there.
        assumeTrue(image.linkerVersion() < 14, "MSVC's linker writes a hash in place of the time");

        assertThat(image.timestamp()).isZero();
    }

    /** Null when the jar has no resource of that name. */
    private static byte[] resource(final String name) throws IOException {
        try (InputStream file = NativeLibrary.class.getResourceAsStream("/" + name)) {
            return file != null ? file.readAllBytes() : null;
        }
    }
}

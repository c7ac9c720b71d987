package io.github.iocp4j.internal.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.fixtures.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The facade without the DLL and the jar with only the DLL, on the class path and on the module path. */
@Tag("newer-jvm")
@Timeout(120)
final class SplitJarsTest {
    private static final String BASE = System.getProperty("iocp4j.tests.jar", "").replaceFirst("\\.jar$", "");
    private static final Path FACADE = Path.of(BASE + "-without-natives.jar").toAbsolutePath();
    private static final Path NATIVES = Path.of(BASE + "-windows-x86_64.jar").toAbsolutePath();
    private static final Path TESTS = Path.of("target", "test-classes").toAbsolutePath();

    @TempDir
    private Path folder;

    @BeforeEach
    void assumeTheyAreBuilt() {
        assumeTrue(Files.exists(FACADE) && Files.exists(NATIVES), "the phase package makes the jars");
    }

    @Test
    void workOnTheClassPath() throws Exception {
        assertThat(probe("-cp", path(FACADE, NATIVES, TESTS), LoaderProbe.class.getName()).output())
                .isEqualTo("delivered");
    }

    @Test
    void workOnTheModulePath() throws Exception {
        assertThat(onModulePath(path(FACADE, NATIVES), "io.github.iocp4j,io.github.iocp4j.windows.x86_64").output())
                .isEqualTo("delivered");
    }

    @Test
    void theWholeJarWorksOnTheModulePath() throws Exception {
        assertThat(onModulePath(path(Path.of(BASE + ".jar").toAbsolutePath()), "io.github.iocp4j").output())
                .isEqualTo("delivered");
    }

    @Test
    void theFacadeAloneSaysWhatIsMissing() throws Exception {
        assertThat(String.join("\n", probe("-cp", path(FACADE, TESTS), LoaderProbe.class.getName()).errors()))
                .contains("NativeLibraryError")
                .contains("no jar carries " + CarriedLibrary.DLL_RESOURCE + ": add that of"
                        + " io.github.iocp4j:iocp4j with the classifier windows-x86_64");
    }

    /** The probe is a class of the tests, which must be in the module that it tests. */
    private ChildJvm onModulePath(final String modulePath, final String modules) throws Exception {
        return probe("--module-path", modulePath, "--add-modules", modules,
                "--patch-module", "io.github.iocp4j=" + TESTS, "-m", "io.github.iocp4j/" + LoaderProbe.class.getName());
    }

    private static String path(final Path... elements) {
        return String.join(File.pathSeparator, List.of(elements).stream().map(Path::toString)
                .toArray(String[]::new));
    }

    private ChildJvm probe(final String... arguments) throws IOException, InterruptedException {
        final List<String> all = new ArrayList<>(List.of("-Diocp4j.extract.path=" + folder));
        all.addAll(List.of(arguments));
        return ChildJvm.run(all);
    }
}

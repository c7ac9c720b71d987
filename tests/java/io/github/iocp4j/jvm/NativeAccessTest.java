package io.github.iocp4j.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.fixtures.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Current JVMs warn about native code, and future ones deny it: README says what to do. */
@Tag("newer-jvm")
@Timeout(300)
final class NativeAccessTest {
    private static final Path JAR = Path.of(System.getProperty("iocp4j.tests.jar", ""));
    private static final Path TESTS = Path.of("target", "test-classes").toAbsolutePath();

    /** Options that newer JVMs reject or warn about. */
    private static final List<String> STRICT = List.of("--illegal-native-access=deny", "--finalization=disabled",
            "--sun-misc-unsafe-memory-access=deny");

    /** Where the library is; the program is on the class path. */
    private enum Place {
        CLASS_PATH("ALL-UNNAMED", "an unnamed module", "-cp", JAR + ";" + TESTS),
        MODULE_PATH("io.github.iocp4j", "module io.github.iocp4j",
                "-p", JAR.toString(), "--add-modules", "io.github.iocp4j", "-cp", TESTS.toString());

        /** What has native access. */
        private final String module;
        /** How a warning calls it. */
        private final String warned;
        private final List<String> options;

        Place(final String module, final String warned, final String... options) {
            this.module = module;
            this.warned = warned;
            this.options = Arrays.asList(options);
        }

        ChildJvm run(final List<String> more) throws Exception {
            final List<String> arguments = new ArrayList<>(options);
            arguments.addAll(more);
            arguments.add(PipeRoundTrip.class.getName());
            return ChildJvm.run(arguments);
        }
    }

    @BeforeEach
    void assumeThatItIsRestricted() {
        assumeTrue(ChildJvm.VERSION >= 24, "JVMs before 24 do not restrict native code");
        assumeTrue(JAR.toFile().exists(), "the phase package makes the jar");
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsDeniedAndNothingIsWarnedOfWithTheOption(final Place place) throws Exception {
        final List<String> options = new ArrayList<>(STRICT);
        options.add("--enable-native-access=" + place.module);

        final ChildJvm jvm = place.run(options);

        assertThat(jvm.output()).as(jvm.toString()).isEqualTo(PipeRoundTrip.PRINTED);
        assertThat(jvm.errors()).isEmpty();
        assertThat(jvm.exitCode()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void oneWarningIsPrintedWithoutIt(final Place place) throws Exception {
        final ChildJvm jvm = place.run(List.of());

        assertThat(jvm.output()).as(jvm.toString()).isEqualTo(PipeRoundTrip.PRINTED);
        assertThat(jvm.errors()).filteredOn(line -> !line.isBlank()).hasSize(4)
                .allSatisfy(line -> assertThat(line).startsWith("WARNING: "));
        assertThat(String.join("\n", jvm.errors()))
                .contains("A restricted method in java.lang.System has been called", place.warned,
                        "Use --enable-native-access=" + place.module + " to avoid a warning");
        assertThat(jvm.exitCode()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void theErrorNamesTheOptionWhereNativeCodeIsDenied(final Place place) throws Exception {
        final ChildJvm jvm = place.run(List.of("--illegal-native-access=deny"));

        assertThat(jvm.output()).isEmpty();
        assertThat(String.join("\n", jvm.errors())).contains("NativeLibraryError: This JVM does not let iocp4j load"
                + " native code", "--enable-native-access=io.github.iocp4j, or =ALL-UNNAMED");
        assertThat(jvm.exitCode()).isEqualTo(1);
    }

    @Test
    void anotherModulesPermissionIsNotOurs() throws Exception {
        final ChildJvm jvm =
                Place.MODULE_PATH.run(List.of("--illegal-native-access=deny", "--enable-native-access=ALL-UNNAMED"));

        assertThat(String.join("\n", jvm.errors())).contains("NativeLibraryError: This JVM does not let iocp4j load");
        assertThat(jvm.exitCode()).isEqualTo(1);
    }
}

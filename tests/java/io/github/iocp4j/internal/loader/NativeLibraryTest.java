package io.github.iocp4j.internal.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iocp4j.NativeLibraryError;
import io.github.iocp4j.fixtures.FakeNativeHost;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The search for the library, and the message when it is missing or unusable. */
final class NativeLibraryTest {
    @TempDir
    private Path home;
    private FakeNativeHost host;

    @BeforeEach
    void putNothingAnywhere() throws IOException {
        // The folder for temporary files may be known by a short name.
        home = home.toRealPath();
        host = new FakeNativeHost(home);
    }

    @ParameterizedTest
    @CsvSource({"Linux,amd64", "Mac OS X,aarch64", "Windows 10,x86", "Windows 11,aarch64"})
    void refusesAnythingButWindowsX64(final String system, final String architecture) {
        host.properties.put("os.name", system);
        host.properties.put("os.arch", architecture);

        assertThat(diagnosis()).startsWith("iocp4j runs on Windows x64; this JVM runs on " + system + " "
                + architecture);
        assertThat(host.resourcesRead).isEmpty();
        assertThat(host.loaded).isEmpty();
    }

    @Test
    void namesTheRightJvmToUsersOfAnotherOnWindows() {
        host.properties.put("os.arch", "x86");

        assertThat(diagnosis()).contains("64-bit JVM");
    }

    @Test
    void namesTheEmulationOfX64ToUsersOfWindowsOnArm() {
        host.properties.put("os.arch", "aarch64");

        assertThat(diagnosis()).contains("64-bit JVM for x64, which Windows 11 on ARM emulates");
    }

    @Test
    void runsInAJvmForX64ThatWindowsOnArmEmulates() {
        host.variables.put("PROCESSOR_IDENTIFIER", "ARMv8 (64-bit) Family 8 Model 1 Revision 201, Qualcomm");

        load();

        assertThat(host.loaded).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"Windows 7,6.1", "Windows 8.1,6.3", "Windows Server 2012 R2,6.3"})
    void refusesOlderWindows(final String system, final String version) {
        host.properties.put("os.name", system);
        host.properties.put("os.version", version);

        assertThat(diagnosis()).isEqualTo("iocp4j runs on Windows 10, Windows Server 2016 and later; this is " + system
                + " (" + version + ")");
        assertThat(host.loaded).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0", "11.0", "unknown", ""})
    void takesAnyOtherVersionForNewer(final String version) {
        host.properties.put("os.version", version);

        load();

        assertThat(host.loaded).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"amd64", "x86_64"})
    void knowsBothNamesOfX64(final String architecture) {
        host.properties.put("os.arch", architecture);

        load();

        assertThat(host.loaded).hasSize(1);
    }

    @Test
    void loadsTheFileThatThePropertyNames() throws IOException {
        final Path file = Files.write(home.resolve("my.dll"), FakeNativeHost.DLL);
        host.properties.put("iocp4j.library.path", file.toString());

        load();

        assertThat(host.loaded).containsExactly(file);
    }

    @Test
    void loadsTheFileInTheFolderThatThePropertyNames() throws IOException {
        final Path file = put("folder");
        host.properties.put("iocp4j.library.path", file.getParent().toString());

        load();

        assertThat(host.loaded).containsExactly(file);
    }

    @Test
    void fallsBackOnNothingWhenThePropertyIsSet() throws IOException {
        host.properties.put("java.library.path", put("folder").getParent().toString());
        host.properties.put("iocp4j.library.path", home.resolve("absent").toString());

        assertThat(diagnosis())
                .contains("iocp4j.library.path: there is no file " + home.resolve("absent"))
                .doesNotContain("java.library.path");
        assertThat(host.loaded).isEmpty();
    }

    @Test
    void reportsAPropertyThatIsNoPath() {
        host.properties.put("iocp4j.library.path", "a\0b");

        assertThat(diagnosis()).contains("iocp4j.library.path: not a path");
    }

    @Test
    void reportsThatTheFileOfThePropertyDoesNotLoad() throws IOException {
        final Path file = put("folder");
        host.properties.put("iocp4j.library.path", file.toString());
        fails(file, new UnsatisfiedLinkError("%1 is not a valid Win32 application"));

        assertThat(diagnosis()).contains("iocp4j.library.path: " + file
                + ": it is not a DLL: %1 is not a valid Win32 application");
    }

    @Test
    void takesAnEmptyPropertyForNone() throws IOException {
        final Path file = put("folder");
        host.properties.put("iocp4j.library.path", "");
        host.properties.put("java.library.path", file.getParent().toString());

        load();

        assertThat(host.loaded).containsExactly(file);
    }

    @Test
    void prefersJavaLibraryPathToTheJar() throws IOException {
        final Path second = put("second");
        host.properties.put("java.library.path", String.join(File.pathSeparator,
                home.resolve("first").toString(), second.getParent().toString(), put("third").getParent().toString()));

        load();

        assertThat(host.loaded).containsExactly(second);
        assertThat(host.resourcesRead).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "folder", "\"quoted\"", "\0"})
    void skipsFoldersOfJavaLibraryPathThatDependOnTheCurrentOne(final String entry) {
        host.properties.put("java.library.path", entry);
        host.resources.clear();

        assertThat(diagnosis()).contains("java.library.path: skipped \"" + entry + "\", because only absolute");
        assertThat(host.loaded).isEmpty();
    }

    /**
     * This path is usually the PATH: if other users can write to a folder of it, they must not be able to run code in
     * this process.
     */
    @Test
    @EnabledOnOs(OS.WINDOWS)
    void skipsWhatOthersMayHavePutIntoAFolderOfJavaLibraryPath() throws IOException {
        final Path planted = put("planted");
        Access.letEverybodyWrite(planted.getParent());
        final Path changed = put("changed");
        Access.letEverybodyWrite(changed);
        host.properties.put("java.library.path", planted.getParent() + File.pathSeparator + changed.getParent());
        host.resources.clear();

        assertThat(diagnosis()).contains("java.library.path: " + planted.getParent() + ": can be changed by",
                "java.library.path: " + changed + ": can be changed by", "name it in iocp4j.library.path");
        assertThat(host.loaded).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void trustsWhomeverWindowsTrusts() throws IOException {
        final Path windows = Files.createDirectories(home.resolve("windows"));
        Access.letEverybodyWrite(windows);
        host.variables.put("SystemRoot", windows.toString());
        final Path file = put("folder");
        Access.letEverybodyWrite(file.getParent());
        host.properties.put("java.library.path", file.getParent().toString());

        load();

        assertThat(host.loaded).containsExactly(file);
    }

    @Test
    void goesOnToTheNextPlaceWhenAFileDoesNotLoad() throws IOException {
        final Path broken = put("broken");
        final Path good = put("good");
        host.properties.put("java.library.path", broken.getParent() + File.pathSeparator + good.getParent());
        fails(broken, new UnsatisfiedLinkError("damaged"));

        load();

        assertThat(host.loaded).containsExactly(good);
    }

    @Test
    void reportsEveryPlaceThatWasTried() throws IOException {
        final Path broken = put("broken");
        host.properties.put("java.library.path",
                String.join(File.pathSeparator, broken.getParent().toString(), home.toString(), "folder", "."));
        host.resources.clear();
        final UnsatisfiedLinkError reason = new UnsatisfiedLinkError("damaged");
        fails(broken, reason);

        final NativeLibraryError error = error();

        assertThat(error.getMessage().split("\n  ")).containsExactly(
                "iocp4j.dll could not be loaded.",
                "java.library.path: " + broken + ": it is not a DLL: damaged",
                "java.library.path: no iocp4j.dll in " + home,
                "java.library.path: skipped \"folder\", because only absolute folders are safe",
                "the copy in the jar: no jar carries " + CarriedLibrary.DLL_RESOURCE + ": add that of"
                        + " io.github.iocp4j:iocp4j with the classifier windows-x86_64, on the module path with"
                        + " --add-modules io.github.iocp4j.windows.x86_64");
        assertThat(error.getSuppressed()).contains(reason);
    }

    @Test
    void refusesALibraryOfAnotherVersion() throws IOException {
        final Path file = put("folder");
        host.properties.put("iocp4j.library.path", file.toString());
        host.contract[1] = 40;

        assertThat(diagnosis()).contains("different versions", file.toString(),
                "the length of a completion record is 40 in the DLL and 32 in the jar");
    }

    @Test
    void namesTheJarWhoseLibraryIsOfAnotherVersion() {
        host.contract[1] = 40;

        assertThat(diagnosis()).contains(
                "the copy in the jar: the iocp4j jar and the DLL in file:/iocp4j.jar are of different versions",
                "take both from one release");
    }

    @Test
    void refusesALibraryThatBindsNothing() throws IOException {
        final Path file = put("folder");
        host.properties.put("iocp4j.library.path", file.toString());
        host.contractError = new UnsatisfiedLinkError("contract()");

        assertThat(diagnosis()).contains("different versions", file.toString(),
                "does not bind the methods of io.github.iocp4j");
    }

    @Test
    void refusesALibraryThatLooksForOtherMethods() throws IOException {
        final Path file = put("folder");
        host.properties.put("iocp4j.library.path", file.getParent().toString());
        fails(file, new NoSuchMethodError("Method io.github.iocp4j.Native.gone()V name or signature does not match"));

        assertThat(diagnosis()).contains("different versions", file.toString(), "Native.gone()V");
        assertThat(host.resourcesRead).as("no fallback").isEmpty();
    }

    @Test
    void reportsWhatToDoWhenAnotherClassLoaderHasTheLibrary() throws IOException {
        final Path file = put("folder");
        host.properties.put("iocp4j.library.path", file.getParent().toString());
        fails(file, taken(file));

        assertThat(diagnosis()).contains(file.toString(), "another class loader", "put the iocp4j jar where");
        assertThat(host.resourcesRead).as("no fallback").isEmpty();
    }

    /** This path is usually the PATH, where another program may have put its iocp4j.dll. */
    @ParameterizedTest
    @MethodSource("flaws")
    void goesOnToTheJarWhateverIsWrongWithAFileOfJavaLibraryPath(final LinkageError flaw) throws IOException {
        final Path file = put("folder");
        host.properties.put("java.library.path", file.getParent().toString());
        fails(file, flaw);

        load();

        assertThat(host.loaded).singleElement().asString().contains(home.resolve("local").toString());
    }

    static Stream<LinkageError> flaws() {
        return Stream.of(new LinkageError("the DLL is 0.0.1, the jar 0.1.0"),
                new NoSuchMethodError("Native.gone()V"), new NoClassDefFoundError("io/github/iocp4j/Gone"),
                new UnsatisfiedLinkError("%1 is not a valid Win32 application"),
                new UnsatisfiedLinkError("Can't load AMD 64-bit .dll on a ARM 64-bit platform"), taken(Path.of("x")));
    }

    @Test
    void goesOnToTheJarWhenAFileOfJavaLibraryPathKeepsAnotherContract() throws IOException {
        final Path file = put("folder");
        host.properties.put("java.library.path", file.getParent().toString());
        final int[] good = host.contract.clone();
        host.whenLoaded.add(loaded -> {
            host.contract = good.clone();
            host.contract[1] += loaded.equals(file) ? 8 : 0;
        });

        load();

        assertThat(host.loaded).hasSize(2).startsWith(file);
    }

    @Test
    void goesOnToTheJarWhenAFileOfJavaLibraryPathBindsNothing() throws IOException {
        final Path file = put("folder");
        host.properties.put("java.library.path", file.getParent().toString());
        host.whenLoaded.add(loaded ->
                host.contractError = loaded.equals(file) ? new UnsatisfiedLinkError("contract()") : null);

        load();

        assertThat(host.loaded).hasSize(2).startsWith(file);
    }

    @Test
    void reportsEveryFileThatDoesNotFitWhenNoneDoes() throws IOException {
        final Path old = put("old");
        final Path taken = put("taken");
        host.properties.put("java.library.path", old.getParent() + File.pathSeparator + taken.getParent());
        fails(old, new LinkageError("the DLL is 0.0.1, the jar 0.1.0"));
        fails(taken, taken(taken));
        host.contract[1] = 40;

        assertThat(diagnosis().split("\n  ")).hasSize(4).satisfies(lines -> {
            assertThat(lines[1]).startsWith("java.library.path: ").contains(old.toString(), "the DLL is 0.0.1");
            assertThat(lines[2]).startsWith("java.library.path: ").contains(taken.toString(), "another class loader");
            assertThat(lines[3]).startsWith("the copy in the jar: ").contains("is 40 in the DLL and 32 in the jar");
        });
    }

    private static UnsatisfiedLinkError taken(final Path file) {
        return new UnsatisfiedLinkError("Native Library " + file + " already loaded in another classloader");
    }

    @Test
    void reportsWhatToDoWhenTheJvmDeniesNativeCode() {
        host.whenLoaded.add(any -> {
            throw new IllegalCallerException("Illegal native access from: module io.github.iocp4j");
        });

        assertThat(diagnosis()).contains("--enable-native-access=io.github.iocp4j");
    }

    @Test
    void loadsOnceHoweverManyAsk() throws Exception {
        final NativeLibrary library = new NativeLibrary(new NativeLibrarySearch(host));
        final ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            final List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                calls.add(threads.submit(library::loadOnce));
            }
            for (final Future<?> call : calls) {
                call.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(host.loaded).hasSize(1);
    }

    @Test
    void remembersThatItFailed() {
        host.resources.clear();
        final NativeLibrary library = new NativeLibrary(new NativeLibrarySearch(host));
        final NativeLibraryError first = catchThrowableOfType(NativeLibraryError.class, library::loadOnce);
        host.resourcesRead.clear();

        assertThatThrownBy(library::loadOnce)
                .isInstanceOf(NativeLibraryError.class)
                .hasMessage(first.getMessage())
                .hasCause(first);
        assertThat(host.resourcesRead).isEmpty();
    }

    @Test
    void triesAgainAfterAnythingButADiagnosis() {
        final NativeLibrary library = new NativeLibrary(new NativeLibrarySearch(host));
        host.whenLoaded.add(any -> {
            throw new OutOfMemoryError("this once");
        });
        assertThatThrownBy(library::loadOnce).isInstanceOf(OutOfMemoryError.class);
        host.whenLoaded.clear();

        library.loadOnce();

        assertThat(host.loaded).hasSize(1);
    }

    private Path put(final String folder) throws IOException {
        return Files.write(Files.createDirectories(home.resolve(folder)).resolve("iocp4j.dll"), FakeNativeHost.DLL);
    }

    private void fails(final Path file, final LinkageError error) {
        host.whenLoaded.add(loaded -> {
            if (loaded.equals(file)) {
                throw error;
            }
        });
    }

    private void load() {
        new NativeLibrary(new NativeLibrarySearch(host)).loadOnce();
    }

    private NativeLibraryError error() {
        return catchThrowableOfType(NativeLibraryError.class, this::load);
    }

    private String diagnosis() {
        return error().getMessage();
    }
}

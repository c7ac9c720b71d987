package io.github.iocp4j.internal.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iocp4j.NativeLibraryError;
import io.github.iocp4j.fixtures.FakeNativeHost;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The copy in the jar: written, checked, replaced, shared with other processes, and deleted when no process uses it.
 */
final class ExtractedLibraryTest {
    private static final String FOLDER = FakeNativeHost.hash().substring(0, 16);
    private static final Instant LONG_AGO = Instant.now().minus(Duration.ofDays(StaleCopies.KEPT_DAYS + 1));

    @TempDir
    private Path home;
    private Path root;
    private Path copy;
    private FakeNativeHost host;

    @BeforeEach
    void nameTheFolder() throws IOException {
        // The folder for temporary files may be known by a short name.
        home = home.toRealPath();
        host = new FakeNativeHost(home);
        root = home.resolve("extracted");
        copy = root.resolve(FOLDER).resolve("iocp4j.dll");
        host.properties.put("iocp4j.extract.path", root.toString());
    }

    @Test
    void isWrittenWhereThePropertySays() throws IOException {
        load();

        assertThat(host.loaded).containsExactly(copy);
        assertThat(copy).hasBinaryContent(FakeNativeHost.DLL);
        assertThat(names(copy.getParent())).as("no temporary file is left").containsExactly("iocp4j.dll");
    }

    @Test
    void isWrittenBelowTheApplicationDataOfTheUser() {
        host.properties.remove("iocp4j.extract.path");

        load();

        assertThat(host.loaded).containsExactly(
                home.resolve("local").resolve("iocp4j").resolve(FOLDER).resolve("iocp4j.dll"));
    }

    @Test
    void isWrittenBelowTheUsersHomeWithoutLocalAppData() {
        host.properties.remove("iocp4j.extract.path");
        host.variables.clear();

        load();

        assertThat(host.loaded).containsExactly(home.resolve("AppData").resolve("Local").resolve("iocp4j")
                .resolve(FOLDER).resolve("iocp4j.dll"));
    }

    @Test
    void isWrittenOnce() {
        load();
        host.resourcesRead.clear();

        load();

        assertThat(host.loaded).containsExactly(copy, copy);
        assertThat(host.resourcesRead).containsExactly(CarriedLibrary.HASH_RESOURCE, CarriedLibrary.DLL_RESOURCE);
    }

    /** Windows code serves the classes of one class loader at a time. */
    @Test
    void isWrittenOnceMoreForEachClassLoaderOfAProcess() throws IOException {
        host.whenLoaded.add(file -> {
            if (!file.endsWith("iocp4j-3.dll")) {
                throw new UnsatisfiedLinkError("Native Library " + file + " already loaded in another classloader");
            }
        });

        load();

        assertThat(host.loaded).containsExactly(copy.resolveSibling("iocp4j-3.dll"));
        assertThat(names(copy.getParent())).containsExactly("iocp4j-2.dll", "iocp4j-3.dll", "iocp4j.dll");
        assertThat(copy.resolveSibling("iocp4j-3.dll")).hasBinaryContent(FakeNativeHost.DLL);
    }

    /** The JVM does nothing when its class loader has loaded a DLL before, for classes of another package. */
    @Test
    void isWrittenOnceMoreForEachPackage() {
        host.contractError = new UnsatisfiedLinkError("contract()");
        host.whenLoaded.add(file -> {
            if (file.endsWith("iocp4j-2.dll")) {
                host.contractError = null;
            }
        });

        load();

        assertThat(host.loaded).containsExactly(copy, copy.resolveSibling("iocp4j-2.dll"));
    }

    @Test
    void isNotWrittenForEver() throws IOException {
        host.contractError = new UnsatisfiedLinkError("contract()");

        assertThat(diagnosis()).contains("there are 64 in this process already", "that its users share");
        assertThat(names(copy.getParent())).hasSize(64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not really a DL", "Not really a DLL", "not really a DLL, but longer"})
    void isReplacedWhenItIsDamaged(final String content) throws IOException {
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, content);

        load();

        assertThat(copy).hasBinaryContent(FakeNativeHost.DLL);
        assertThat(host.loaded).containsExactly(copy);
    }

    @Test
    void isNeverLoadedWhenItIsDamagedAndCannotBeReplaced() throws IOException {
        Files.createDirectories(copy.resolve("a folder in its place"));

        assertThat(diagnosis()).contains(copy.toString(), "cannot be replaced", "delete it");
        assertThat(host.loaded).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void isNeverLoadedWhenItIsDamagedAndAnotherProgramHasItOpen() throws IOException {
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, "damaged");

        try (FileInputStream program = new FileInputStream(copy.toFile())) {
            assertThat(diagnosis()).contains(copy.toString(), "cannot be replaced", "end the programs that use it");
            assertThat(program.read()).isEqualTo('d');
        }
        assertThat(host.loaded).isEmpty();
        assertThat(names(copy.getParent())).containsExactly("iocp4j.dll");
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void ofAnotherProcessThatWasQuickerIsUsed() throws IOException {
        final FileInputStream[] other = new FileInputStream[1];
        host.whenResourceIsRead.put(CarriedLibrary.DLL_RESOURCE, () -> {
            Files.write(copy, FakeNativeHost.DLL);
            other[0] = new FileInputStream(copy.toFile());
        });

        try {
            load();
        } finally {
            other[0].close();
        }

        assertThat(host.loaded).containsExactly(copy);
        assertThat(names(copy.getParent())).containsExactly("iocp4j.dll");
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void cannotBeReplacedBetweenCheckAndLoad() throws IOException {
        final Path evil = Files.writeString(home.resolve("evil.dll"), "evil");
        host.whenLoaded.add(file -> {
            assertThatThrownBy(() -> Files.move(evil, file, StandardCopyOption.ATOMIC_MOVE))
                    .isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> Files.delete(file)).isInstanceOf(FileSystemException.class);
        });

        load();

        assertThat(copy).hasBinaryContent(FakeNativeHost.DLL);
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void isNotLoadedFromAFolderThatOthersMayWriteTo() throws IOException {
        Files.createDirectories(copy.getParent());
        Access.letEverybodyWrite(copy.getParent());

        assertThat(diagnosis()).contains(copy.getParent().toString(), "can be changed by", "set iocp4j.extract.path");
        assertThat(host.loaded).isEmpty();
        assertThat(copy).doesNotExist();
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void isNotLoadedFromAFileThatOthersMayWriteTo() throws IOException {
        Files.createDirectories(copy.getParent());
        Files.write(copy, FakeNativeHost.DLL);
        Access.letEverybodyWrite(copy);

        assertThat(diagnosis()).contains(copy.toString(), "can be changed by");
        assertThat(host.loaded).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void isNotLoadedFromAFolderThatOthersHaveOpenedUpMeanwhile() throws IOException {
        host.whenResourceIsRead.put(CarriedLibrary.DLL_RESOURCE, () -> Access.letEverybodyWrite(copy.getParent()));

        assertThat(diagnosis()).contains(copy.getParent().toString(), "can be changed by");
        assertThat(host.loaded).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void isLoadedWhereOnlyTheFoldersAboveAreOpenToOthers() throws IOException {
        Files.createDirectories(root);
        Access.letEverybodyWrite(root);

        load();

        assertThat(host.loaded).containsExactly(copy);
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void trustsWhomeverTheHomeFolderTrusts() throws IOException {
        Access.letEverybodyWrite(home);
        Files.createDirectories(copy.getParent());
        Access.letEverybodyWrite(copy.getParent());

        load();

        assertThat(host.loaded).containsExactly(copy);
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void needsAHomeFolderThatExists() {
        host.properties.put("user.home", home.resolve("missing").toString());

        assertThat(diagnosis()).contains("the copy in the jar: ", "missing");
        assertThat(host.loaded).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void isNotLoadedThroughAJunction() throws Exception {
        final Path elsewhere = Files.createDirectories(home.resolve("elsewhere"));
        Files.write(elsewhere.resolve("iocp4j.dll"), FakeNativeHost.DLL);
        Files.createDirectories(root);
        Access.makeJunction(copy.getParent(), elsewhere);

        assertThat(diagnosis()).contains(copy.getParent().toString(), "is not a folder but a link");
        assertThat(host.loaded).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void isLoadedFromWhereAJunctionAbovePointsTo() throws Exception {
        final Path elsewhere = Files.createDirectories(home.resolve("elsewhere"));
        Access.makeJunction(root, elsewhere);

        load();

        assertThat(host.loaded).containsExactly(elsewhere.resolve(FOLDER).resolve("iocp4j.dll"));
    }

    @Test
    void isNotLoadedFromAJarThatIsDamaged() {
        host.resources.put(FakeNativeHost.JAR + CarriedLibrary.DLL_RESOURCE,
                "something else".getBytes(StandardCharsets.UTF_8));

        assertThat(diagnosis()).contains("the jar is damaged: " + CarriedLibrary.DLL_RESOURCE);
        assertThat(copy).doesNotExist();
    }

    @Test
    void isNotLoadedFromAJarThatHasOnlyTheHash() {
        host.resources.remove(FakeNativeHost.JAR + CarriedLibrary.DLL_RESOURCE);

        assertThat(diagnosis()).contains("the jar is damaged: " + CarriedLibrary.DLL_RESOURCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123", "../../../../../../../../../../../../../../../../../../../../../../../x"})
    void isNotLoadedFromAJarWithABadHash(final String hash) {
        host.resources.put(FakeNativeHost.JAR + CarriedLibrary.HASH_RESOURCE, hash.getBytes(StandardCharsets.US_ASCII));

        assertThat(diagnosis()).contains("the jar is damaged: " + CarriedLibrary.HASH_RESOURCE);
    }

    @Test
    void isNotLoadedFromAJarWithoutIt() {
        host.resources.clear();

        assertThat(diagnosis()).contains("the copy in the jar: no jar carries");
        assertThat(root).doesNotExist();
    }

    @Test
    void needsAFolderThatCanBeWrittenTo() throws IOException {
        Files.writeString(root, "a file in its place");

        assertThat(diagnosis()).contains(root.toString(), "set iocp4j.extract.path to a folder");
    }

    @Test
    void needsAFolderThatIsAPath() {
        host.properties.put("iocp4j.extract.path", "a\0b");

        assertThat(diagnosis()).contains("the copy in the jar: ");
    }

    @Test
    void countsAsUsedFromTheDayOfItsLastLoad() throws IOException {
        load();
        Files.setLastModifiedTime(copy, FileTime.from(LONG_AGO));

        load();

        assertThat(Files.getLastModifiedTime(copy).toInstant()).isAfter(LONG_AGO.plus(Duration.ofDays(1)));
    }

    @Test
    void isDeletedWhenItWasNotUsedForAMonth() throws IOException {
        final Path stale = folder("0123456789abcdef", "iocp4j.dll", "iocp4j-2.dll", "iocp4j-42-1f.tmp");
        final Path leftover = folder("1123456789abcdef", "iocp4j-42-1f.tmp");
        final Path longer = folder(FakeNativeHost.hash(), "iocp4j.dll");

        load();

        assertThat(stale).doesNotExist();
        assertThat(leftover).doesNotExist();
        assertThat(longer).doesNotExist();
    }

    @Test
    void isKeptWhenItWasUsedLately() throws IOException {
        final Path folder = folder("0123456789abcdef", "iocp4j.dll", "iocp4j-42-1f.tmp");
        final Instant lately = Instant.now().minus(Duration.ofDays(29));
        Files.setLastModifiedTime(folder.resolve("iocp4j.dll"), FileTime.from(lately));

        load();

        assertThat(names(folder)).containsExactly("iocp4j-42-1f.tmp", "iocp4j.dll");
    }

    @Test
    @EnabledOnOs(OS.WINDOWS)
    void isKeptWhileAProgramUsesItAndSoIsNothingElse() throws IOException {
        final Path used = folder("0123456789abcdef", "iocp4j.dll", "iocp4j-42-1f.tmp");
        final Path stale = folder("1123456789abcdef", "iocp4j.dll");

        try (FileInputStream program = new FileInputStream(used.resolve("iocp4j.dll").toFile())) {
            load();
            assertThat(program.read()).isNotNegative();
        }

        assertThat(names(used)).containsExactly("iocp4j-42-1f.tmp", "iocp4j.dll");
        assertThat(stale).doesNotExist();
    }

    @Test
    void isKeptWhenItIsTheOneInUse() throws IOException {
        final Path inUse = folder("0123456789abcdef", "iocp4j.dll");

        StaleCopies.sweep(root, inUse);

        assertThat(inUse.resolve("iocp4j.dll")).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0123456789abcde", "0123456789ABCDEF", "0123456789abcdeg", "0123456789abcdef.old", "iocp4j"})
    void leavesFoldersAloneThatAreNotNamedByAHash(final String name) throws IOException {
        final Path other = folder(name, "iocp4j.dll");

        load();

        assertThat(other.resolve("iocp4j.dll")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"notes.txt", "iocp4j.dll.bak", "iocp4j-x.dll", "iocp4j-1.tmp", "iocp4j-1-x.tmp"})
    void leavesFoldersAloneThatHoldAnythingElse(final String name) throws IOException {
        final Path other = folder("0123456789abcdef", "iocp4j.dll", name);

        load();

        assertThat(names(other)).containsExactlyInAnyOrder("iocp4j.dll", name);
    }

    @Test
    void leavesFoldersAloneThatHoldFolders() throws IOException {
        final Path other = folder("0123456789abcdef");
        Files.createDirectory(other.resolve("iocp4j.dll"));
        Files.setLastModifiedTime(other, FileTime.from(LONG_AGO));

        load();

        assertThat(other.resolve("iocp4j.dll")).isDirectory();
    }

    @Test
    void leavesFilesAloneThatAreNamedByAHash() throws IOException {
        Files.createDirectories(root);
        final Path file = Files.writeString(root.resolve("0123456789abcdef"), "a file");
        Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));

        load();

        assertThat(file).exists();
    }

    @Test
    void isRemovedLaterThoughItsProcessHasEndedWhileItWroteIt() throws IOException {
        final Path folder = folder("0123456789abcdef", StaleCopies.temporaryName());

        load();

        assertThat(folder).doesNotExist();
    }

    private Path folder(final String name, final String... files) throws IOException {
        final Path folder = Files.createDirectories(root.resolve(name));
        for (final String file : files) {
            Files.setLastModifiedTime(Files.writeString(folder.resolve(file), "old"), FileTime.from(LONG_AGO));
        }
        return folder;
    }

    private static List<String> names(final Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().collect(Collectors.toList());
        }
    }

    private void load() {
        new NativeLibrarySearch(host).load();
    }

    private String diagnosis() {
        return catchThrowableOfType(NativeLibraryError.class, this::load).getMessage();
    }
}

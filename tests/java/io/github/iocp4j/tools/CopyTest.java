package io.github.iocp4j.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.DosFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tool {@code copy}, by its command line. */
@Timeout(300)
class CopyTest {
    private static final int BLOCK = 64 << 10;
    /** Workers copy such a file, and one thread a smaller one. */
    private static final int LARGE = 16 * BLOCK;
    private static final long GIB = 1L << 30;
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    @TempDir
    private Path folder;

    private final UnusualFolders unusual = new UnusualFolders();
    private final StringWriter errors = new StringWriter();
    private Path source;
    private Path target;

    @BeforeEach
    void name() {
        source = folder.resolve("source");
        target = folder.resolve("target");
    }

    @AfterEach
    void removeLinks() throws Exception {
        unusual.removeLinks();
    }

    private int copy(final String... options) {
        final List<String> args = new ArrayList<>(List.of("copy"));
        args.addAll(List.of(options));
        if (!args.contains("--block")) {
            args.addAll(List.of("--block", "64K"));
        }
        args.add(source.toString());
        args.add(target.toString());
        return Main.run(new PrintWriter(errors, true), args.toArray(new String[0]));
    }

    private void assertCopies(final String... options) {
        assertThat(copy(options)).as(errors::toString).isZero();
    }

    private static byte[] content(final int size) {
        final byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private List<String> names(final Path of) throws IOException {
        try (Stream<Path> all = Files.walk(of)) {
            return all.map(path -> of.relativize(path).toString().replace('\\', '/')).sorted()
                    .collect(Collectors.toList());
        }
    }

    // --- One file

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 4095, 4097, BLOCK - 1, BLOCK, BLOCK + 1, 20 * BLOCK, 20 * BLOCK + 777,
        LARGE - 1, LARGE, LARGE + 6 * BLOCK + 777})
    void copiesAreByteIdenticalWhateverTheSize(final int size) throws Exception {
        final byte[] bytes = content(size);
        Files.write(source, bytes);
        for (final String[] options : new String[][] {{}, {"--verify"}, {"--unbuffered"},
            {"--unbuffered", "--verify", "--depth", "3"}, {"--depth", "1"}}) {
            assertCopies(options);
            assertThat(Files.readAllBytes(target)).as("with " + List.of(options)).isEqualTo(bytes);
            Files.delete(target);
        }
        assertThat(names(folder)).containsExactly("", "source");
    }

    @Test
    void copiesBeyondFourGiB() throws Exception {
        assumeTrue(Files.getFileStore(folder).getUsableSpace() > 20 * GIB, "less than 20 GiB are free here");
        final byte[] end = content(BLOCK + 5);
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            // Sparse where the file system makes it so; the copy need not be.
            file.setLength(4 * GIB + 3L * BLOCK);
            file.seek(4 * GIB + 2L * BLOCK);
            file.write(end);
            file.seek(123);
            file.write(end);
        }
        assertThat(Main.run(new PrintWriter(errors, true), "copy", source.toString(), target.toString()))
                .as(errors::toString).isZero();

        assertThat(Files.size(target)).isEqualTo(Files.size(source));
        try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "r")) {
            for (final long position : new long[] {4 * GIB + 2L * BLOCK, 123}) {
                final byte[] got = new byte[end.length];
                file.seek(position);
                file.readFully(got);
                assertThat(got).isEqualTo(end);
            }
        }
    }

    @Test
    void timesAndAttributesAreKept() throws Exception {
        Files.write(source, content(100));
        Files.setLastModifiedTime(source, LONG_AGO);
        Files.setAttribute(source, "dos:hidden", true);
        Files.setAttribute(source, "dos:readonly", true);
        assertCopies();

        assertThat(Files.getLastModifiedTime(target)).isEqualTo(LONG_AGO);
        final DosFileAttributes attributes = Files.readAttributes(target, DosFileAttributes.class);
        assertThat(attributes.isHidden()).isTrue();
        assertThat(attributes.isReadOnly()).isTrue();
        Files.setAttribute(source, "dos:readonly", false);
        Files.setAttribute(target, "dos:readonly", false);
    }

    @Test
    void aFileThatIsThereIsReplaced() throws Exception {
        Files.write(source, content(100));
        Files.write(target, content(300_000));
        assertCopies();

        assertThat(Files.readAllBytes(target)).isEqualTo(content(100));
        assertThat(names(folder)).containsExactly("", "source", "target");
    }

    @Test
    void aFileGoesIntoAFolder() throws Exception {
        Files.write(source, content(100));
        Files.createDirectory(target);
        assertCopies();

        assertThat(Files.readAllBytes(target.resolve("source"))).isEqualTo(content(100));
    }

    @Test
    void namesMayBeLongAndForeign() throws Exception {
        source = folder.resolve("Quelle ä 文件");
        Files.write(source, content(100));
        target = folder;
        while (target.toString().length() < 300) {
            target = Files.createDirectory(target.resolve("ein sehr langer Name für einen Ordner"));
        }
        target = target.resolve("копия");
        assertCopies();

        assertThat(Files.readAllBytes(target)).isEqualTo(content(100));
    }

    // --- Refusals

    private void assertRefuses(final int exitCode, final String reason, final String... options) {
        assertThat(copy(options)).as(errors::toString).isEqualTo(exitCode);
        assertThat(errors.toString()).startsWith("copy: ").contains(reason).doesNotContain("\tat ");
    }

    @Test
    void aMissingSourceIsReported() {
        assertRefuses(1, source + ": there is no such file");
        assertThat(target).doesNotExist();
    }

    @Test
    void aMissingFolderIsReported() throws Exception {
        Files.write(source, content(1));
        target = folder.resolve("missing").resolve("target");
        assertRefuses(1, "there is no folder " + target.getParent());
    }

    @Test
    void theSourceIsNotCopiedOntoItself() throws Exception {
        Files.write(source, content(100));
        target = folder.resolve("x").resolve("..").resolve("SOURCE");
        assertRefuses(1, "it is the same file as");
        target = source;
        assertRefuses(1, "it is the same file as");
        target = folder;
        assertRefuses(1, "it is the same file as");

        assertThat(Files.readAllBytes(source)).isEqualTo(content(100));
        assertThat(names(folder)).containsExactly("", "source");
    }

    @Test
    void aFolderWantsRecursive() throws Exception {
        Files.createDirectory(source);
        assertRefuses(2, "is a folder: use --recursive");
    }

    @Test
    void aFolderIsNotCopiedIntoItself() throws Exception {
        Files.createDirectories(source.resolve("deep"));
        target = source.resolve("deep").resolve("copy");
        assertRefuses(1, "lies inside it", "--recursive");
        target = folder;
        assertRefuses(1, "it is " + source, "--recursive");
        assertThat(names(folder)).containsExactly("", "source", "source/deep");
    }

    @Test
    void aFileDoesNotTakeThePlaceOfAFolder() throws Exception {
        Files.write(source, content(1));
        Files.createDirectories(target.resolve("source"));
        assertRefuses(1, "it is a folder");
    }

    @Test
    void aReadOnlyFileIsNotReplaced() throws Exception {
        Files.write(source, content(1));
        Files.write(target, content(2));
        Files.setAttribute(target, "dos:readonly", true);
        assertRefuses(1, target + ": it is read-only, and the new file is not");

        Files.setAttribute(target, "dos:readonly", false);
        assertThat(Files.readAllBytes(target)).as("what was there").isEqualTo(content(2));
        assertThat(names(folder)).as("and nothing else").containsExactly("", "source", "target");
    }

    @ParameterizedTest
    @CsvSource({
        "--block, 1000, --block must be a multiple of 4K",
        "--block, 0, --block must be a multiple of 4K",
        "--block, 2G, --block must be a multiple of 4K",
        "--block, much, is not a size",
        "--depth, 0, --depth must be from 1 to 1024",
        "--depth, 1025, --depth must be from 1 to 1024",
        "--files, 0, --files must be from 1 to 1024",
        "--files, -1, --files must be from 1 to 1024",
        "--unknown, 1, --unknown",
    })
    void wrongUsageIsReported(final String option, final String value, final String reason) throws Exception {
        Files.write(source, content(1));
        assertRefuses(2, reason, option, value);
        assertThat(target).doesNotExist();
    }

    @Test
    void moreMemoryThanThereIsIsReported() throws Exception {
        Files.write(source, content(1));
        assertRefuses(1, "choose a smaller --block, --depth or --files", "--block", "1G", "--depth", "1024");
    }

    // --- Folders

    @Test
    void foldersAreCopiedWithAllThatIsInThem() throws Exception {
        for (int i = 0; i < 200; i++) {
            final Path file = source.resolve("a" + i % 7).resolve("b" + i % 3).resolve("f" + i);
            Files.createDirectories(file.getParent());
            Files.write(file, content(i * i));
        }
        Files.createDirectory(source.resolve("empty"));
        Files.setLastModifiedTime(source.resolve("a1"), LONG_AGO);
        assertCopies("--recursive");

        assertThat(names(target)).isEqualTo(names(source)).hasSize(1 + 7 + 21 + 200 + 1);
        for (int i = 0; i < 200; i++) {
            assertThat(target.resolve("a" + i % 7).resolve("b" + i % 3).resolve("f" + i)).hasBinaryContent(
                    content(i * i));
        }
        assertThat(Files.getLastModifiedTime(target.resolve("a1"))).isEqualTo(LONG_AGO);
    }

    @Test
    void whatCannotBeCopiedIsLeftOut() throws Exception {
        Files.createDirectory(source);
        Files.write(source.resolve("good"), content(10));
        Files.write(source.resolve("bad"), content(10));
        Files.createDirectories(target.resolve("source").resolve("bad"));
        try (ToolProcess process = Programs.tool(folder, "copy", "-r", source.toString(), target.toString())) {
            assertThat(process.exitCode()).as(process::errors).isEqualTo(1);
            assertThat(process.errors()).contains("bad: it is a folder").contains("copy: 1 could not be copied");
        }
        assertThat(target.resolve("source").resolve("good")).hasBinaryContent(content(10));
    }

    @Test
    void aBackupCanBeRepeated() throws Exception {
        Files.createDirectory(source);
        Files.createDirectory(target);
        final Path file = Files.write(source.resolve("read-only"), content(10));
        Files.setAttribute(file, "dos:readonly", true);
        final Path copy = target.resolve("source").resolve("read-only");
        try {
            for (int i = 0; i < 3; i++) {
                assertCopies("--recursive");
                assertThat(Files.readAttributes(copy, DosFileAttributes.class).isReadOnly()).isTrue();
            }
            Files.setAttribute(file, "dos:readonly", false);
            Files.write(file, content(20));
            Files.setAttribute(file, "dos:readonly", true);
            assertCopies("--recursive");
            assertThat(copy).hasBinaryContent(content(20));
            assertThat(names(target)).containsExactly("", "source", "source/read-only");
        } finally {
            Files.setAttribute(file, "dos:readonly", false);
            Files.setAttribute(copy, "dos:readonly", false);
        }
    }

    @Test
    void namesThatDifferOnlyInCaseDoNotReplaceEachOther() throws Exception {
        UnusualFolders.assumeNamesThatDifferInCase(source);
        try (ToolProcess process = Programs.tool(folder, "copy", "-r", source.toString(), target.toString())) {
            assertThat(process.exitCode()).as(process::errors).isEqualTo(1);
            assertThat(process.errors())
                    .containsIgnoringCase(source.resolve("name") + ": its name differs only in case")
                    .contains("copy: 1 could not be copied");
        }
        final String[] copied = target.toFile().list();
        assertThat(copied).hasSize(1);
        assertThat(Files.readString(target.resolve(copied[0]))).as("one of the two").isEqualTo(copied[0]);
    }

    @Test
    void whatIsSaidOfANameStaysOnItsLine() throws Exception {
        // CSI, which Windows lets be part of a name as well as what turns the direction of writing.
        final String name = "bad\u009b31m\u202egood";
        Files.createDirectory(source);
        Files.write(source.resolve(name), content(10));
        Files.createDirectories(target.resolve("source").resolve(name));
        try (ToolProcess process = Programs.tool(folder, "copy", "-r", source.toString(), target.toString())) {
            assertThat(process.exitCode()).as(process::errors).isEqualTo(1);
            assertThat(process.errors()).contains("bad\\xc2\\x9b31m\\xe2\\x80\\xaegood: it is a folder")
                    .doesNotContain("\u009b", "\u202e");
        }
    }

    // --- Links

    @Test
    void aLinkToAFolderAboveIsNotFollowed() throws Exception {
        Files.createDirectories(source.resolve("sub"));
        Files.write(source.resolve("sub").resolve("file"), content(10));
        unusual.makeLink(source.resolve("sub").resolve("loop"), source);
        try (ToolProcess process = Programs.tool(folder, "copy", "-r", source.toString(), target.toString())) {
            assertThat(process.exitCode()).as(process::errors).isEqualTo(1);
            assertThat(process.errors()).hasLineCount(2)
                    .contains("loop: it is a link to a folder", "copy: 1 could not be copied");
        }
        assertThat(names(target)).containsExactly("", "sub", "sub/file");
    }

    @Test
    void linksAreFollowedWhenThatIsWantedButNoFolderIsCopiedTwice() throws Exception {
        final Path elsewhere = Files.createDirectories(folder.resolve("elsewhere").resolve("deep"));
        Files.write(elsewhere.resolve("file"), content(10));
        Files.createDirectories(source.resolve("sub"));
        unusual.makeLink(source.resolve("sub").resolve("loop"), source);
        unusual.makeLink(source.resolve("again"), source.resolve("sub"));
        unusual.makeLink(source.resolve("elsewhere"), elsewhere.getParent());
        unusual.makeLink(elsewhere.resolve("loop"), elsewhere.getParent());
        unusual.makeLink(elsewhere.resolve("back"), source);
        // Where the copy lies.
        unusual.makeLink(source.resolve("above"), folder);
        try (ToolProcess process =
                Programs.tool(folder, "copy", "-r", "--follow-links", source.toString(), target.toString())) {
            assertThat(process.exitCode()).as(process::errors).isEqualTo(1);
            assertThat(process.errors()).hasLineCount(6)
                    .contains("above: it is a link to a folder that the copy lies in", "copy: 5 could not be copied");
        }
        assertThat(names(target)).containsExactly(
                "", "elsewhere", "elsewhere/deep", "elsewhere/deep/file", "sub");
    }

    @Test
    void aFolderIsNotCopiedIntoItselfThroughALink() throws Exception {
        Files.createDirectories(source.resolve("deep"));
        final Path link = folder.resolve("link");
        unusual.makeLink(link, source.resolve("deep"));
        target = link.resolve("copy");
        assertRefuses(1, "lies inside it", "--recursive");
        target = link;
        assertRefuses(1, "lies inside it", "--recursive");
        assertThat(names(source)).containsExactly("", "deep");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--quiet", "--follow-links"})
    void theCopyDoesNotLandInItsSourceThroughALinkInTheTarget(final String option) throws Exception {
        Files.createDirectories(source.resolve("sub"));
        Files.createDirectory(source.resolve("other"));
        Files.write(source.resolve("sub").resolve("file"), content(10));
        Files.createDirectories(target.resolve("source"));
        unusual.makeLink(target.resolve("source").resolve("sub"), source.resolve("other"));
        try (ToolProcess process =
                Programs.tool(folder, "copy", "-r", option, source.toString(), target.toString())) {
            assertThat(process.exitCode()).as(process::errors).isEqualTo(1);
            assertThat(process.errors()).contains("sub: it is a link").contains("copy: 2 could not be copied");
        }
        assertThat(names(source)).containsExactly("", "other", "sub", "sub/file");
    }

    // --- Stopping

    @Test
    void ctrlCRemovesWhatIsNotComplete() throws Exception {
        assumeTrue(Files.getFileStore(folder).getUsableSpace() > 20 * GIB, "less than 20 GiB are free here");
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            file.setLength(8 * GIB);
        }
        // Slow, so that it is still at work.
        final List<String> command = Programs.toolCommand("copy", "--block", "4K", "--depth", "1", source.toString(),
                target.toString());
        try (ToolProcess process = Programs.nativeProgram(folder, "ctrl_c", command)) {
            // Files.exists tries to open it, which only its writer may.
            while (!target.toFile().exists()) {
                assertThat(process.isAlive()).as(process::errors).isTrue();
                Thread.sleep(10);
            }
            process.endInput();
            assertThat(process.exitCode()).as(process::errors).isEqualTo(1);
            assertThat(process.errors()).contains("interrupted");
        }
        assertThat(target).doesNotExist();
        assertThat(source).exists();
    }
}

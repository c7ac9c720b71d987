package io.github.iocp4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** README, the guide and the packages' pages show only code of this folder and of tests, which is compiled and run. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..");
    private static final String README = read(ROOT.resolve("README.md"));
    private static final String GUIDE = read(ROOT.resolve(Path.of("java", "iocp4j", "README.md")));
    private static final String PAGE = read(ROOT.resolve(
            Path.of("java", "iocp4j", "src", "main", "java", "io", "github", "iocp4j", "package-info.java")));
    private static final Path NIO = ROOT.resolve(Path.of("java", "iocp4j-nio"));
    private static final String NIO_README = read(NIO.resolve("README.md"));
    private static final String NIO_PAGE = read(NIO.resolve(
            Path.of("src", "main", "java", "io", "github", "iocp4j", "nio", "package-info.java")));
    private static final Path NETTY = ROOT.resolve(Path.of("java", "iocp4j-netty"));
    private static final String NETTY_README = read(NETTY.resolve("README.md"));
    private static final String NETTY_PAGE = read(NETTY.resolve(
            Path.of("src", "main", "java", "io", "github", "iocp4j", "netty", "package-info.java")));
    private static final String CODE_OF_A_PAGE = "<pre>\\{@code\n(.*?)\\}</pre>";
    private static final List<Path> SOURCES = sources("examples");
    private static final List<Path> NETTY_SOURCES = sources("netty");

    @Test
    void readmeShowsOnlyCodeThatIsCompiledHere() {
        isCompiledHere(blocks(README, "```java\n(.*?)```"));
    }

    @Test
    void theGuideShowsOnlyCodeThatIsCompiledHere() {
        isCompiledHere(blocks(GUIDE, "```java\n(.*?)```"));
    }

    @Test
    void thePackagesPageShowsOnlyCodeThatIsCompiledHere() {
        isCompiledHere(blocks(withoutStars(PAGE), CODE_OF_A_PAGE));
    }

    @Test
    void theDocumentsOfNioShowOnlyCodeThatIsCompiledHere() {
        isCompiledHere(blocks(NIO_README, "```java\n(.*?)```"));
        isCompiledHere(blocks(withoutStars(NIO_PAGE), CODE_OF_A_PAGE));
    }

    @Test
    void theDocumentsOfNettyShowOnlyCodeThatIsTested() {
        isIn(NETTY_SOURCES, blocks(NETTY_README, "```java\n(.*?)```"));
        isIn(NETTY_SOURCES, blocks(withoutStars(NETTY_PAGE), CODE_OF_A_PAGE));
    }

    @Test
    void readmeLeadsToEachExample() {
        for (final Path source : SOURCES) {
            final String name = source.getFileName().toString();
            if (!name.endsWith("Test.java") && !name.equals("Console.java")) {
                assertThat(README).contains("(tests/java/io/github/iocp4j/examples/" + name + ")");
            }
        }
    }

    private static void isCompiledHere(final List<String> blocks) {
        isIn(SOURCES, blocks);
    }

    private static void isIn(final List<Path> sources, final List<String> blocks) {
        final String code = sources.stream().map(DocumentsTest::read).collect(Collectors.joining());
        assertThat(blocks).isNotEmpty().allSatisfy(block -> assertThat(code).contains(block));
    }

    private static String withoutStars(final String page) {
        return page.replaceAll("(?m)^ \\* ?", "");
    }

    private static List<String> blocks(final String text, final String pattern) {
        return Pattern.compile(pattern, Pattern.DOTALL).matcher(text).results().map(block -> block.group(1))
                .collect(Collectors.toList());
    }

    private static List<Path> sources(final String folder) {
        try (Stream<Path> files = Files.list(Path.of("java", "io", "github", "iocp4j", folder))) {
            return files.collect(Collectors.toList());
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String read(final Path file) {
        try {
            return Files.readString(file).replace("\r\n", "\n");
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }
}

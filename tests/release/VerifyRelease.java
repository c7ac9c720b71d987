import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Checks the files of a release for the requirements of Maven Central and of users. Prints their sizes, then each
 * complaint. Exits with 1 if there is one.
 */
final class VerifyRelease {
    private static final int JAR_LIMIT = 512 * 1024;
    private static final Map<String, String> CHECKSUMS =
            Map.of("md5", "MD5", "sha1", "SHA-1", "sha256", "SHA-256", "sha512", "SHA-512");
    /** The elements that Central requires in each POM or its parent. */
    private static final List<String> POM_ELEMENTS = List.of("modelVersion", "groupId", "artifactId", "version", "name",
            "description", "url", "licenses/license/name", "licenses/license/url", "developers/developer/name",
            "scm/connection", "scm/developerConnection", "scm/url");
    private static final List<String> LIBRARY =
            List.of(".pom", ".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json");
    private static final List<String> LICENCES = List.of("GCC-RUNTIME-EXCEPTION.txt", "MINGW-W64.txt");
    private static final String DLL = "META-INF/native/windows-x86_64/iocp4j.dll";
    /** The files that an artifact must contain besides the licence. */
    private static final Map<String, List<String>> CONTENTS = Map.ofEntries(
            Map.entry("iocp4j .jar", List.of("io/github/iocp4j/CompletionPort.class", DLL,
                    DLL + ".sha256", "META-INF/native-image/io.github.iocp4j/iocp4j/jni-config.json")),
            Map.entry("iocp4j -without-natives.jar",
                    List.of("module-info.class", "io/github/iocp4j/CompletionPort.class")),
            Map.entry("iocp4j -windows-x86_64.jar", List.of("module-info.class", DLL, DLL + ".sha256")),
            Map.entry("iocp4j -sources.jar", List.of("io/github/iocp4j/CompletionPort.java")),
            Map.entry("iocp4j -javadoc.jar", List.of("index.html")),
            Map.entry("iocp4j-nio .jar", List.of("module-info.class", "io/github/iocp4j/nio/PipeSocket.class",
                    "META-INF/native-image/io.github.iocp4j/iocp4j-nio/reflect-config.json")),
            Map.entry("iocp4j-netty .jar", List.of("module-info.class",
                    "META-INF/native-image/io.github.iocp4j/iocp4j-netty/reflect-config.json")),
            Map.entry("iocp4j-native -sources.jar",
                    List.of("CMakeLists.txt", "c/iocp4j.h", "c/iocp4j.hpp", "jni/OnLoad.cpp")),
            Map.entry("iocp4j-native -noarch.nar", List.of("include/iocp4j.h", "include/iocp4j.hpp")),
            Map.entry("iocp4j-native -amd64-Windows-gpp-jni.nar", List.of("lib/amd64-Windows-gpp/jni/iocp4j.dll")),
            Map.entry("iocp4j-native -amd64-Windows-gpp-shared.nar",
                    List.of("lib/amd64-Windows-gpp/shared/iocp4j.dll", "lib/amd64-Windows-gpp/shared/iocp4j.lib")),
            Map.entry("iocp4j-native -amd64-Windows-gpp-debug.jar", List.of("iocp4j.debug")),
            Map.entry("iocp4j-tools .jar", List.of("io/github/iocp4j/tools/Main.class", DLL)));

    private final Path repository;
    private final String version;
    private final LocalDateTime time;
    private final List<String> machine;
    private final Set<String> complaints = new LinkedHashSet<>();
    private final Map<String, Document> poms = new HashMap<>();
    private final Set<String> libraries = new HashSet<>();
    private final Set<String> libraryNames = new TreeSet<>();

    private VerifyRelease(final Path repository, final String version, final String time, final List<String> machine) {
        this.repository = repository;
        this.version = version;
        this.time = OffsetDateTime.parse(time).toLocalDateTime();
        this.machine = machine;
    }

    /**
     * Checks a folder.
     *
     * @param args the folder, the version, the list of files, the time of all entries, and paths of the build machine
     *     that no file may contain
     * @throws Exception when a file cannot be read
     */
    public static void main(final String[] args) throws Exception {
        final VerifyRelease release = new VerifyRelease(
                Path.of(args[0]), args[1], args[3], Arrays.asList(args).subList(4, args.length));
        release.check(Path.of(args[2]));
        release.complaints.forEach(complaint -> System.out.println("WRONG  " + complaint));
        if (!release.complaints.isEmpty()) {
            System.exit(1);
        }
        System.out.println("All that Maven Central wants is there, and nothing else.");
    }

    private void check(final Path list) throws Exception {
        final TreeMap<String, Path> artifacts = new TreeMap<>();
        try (Stream<String> lines = Files.lines(list)) {
            lines.filter(line -> !line.isBlank() && !line.startsWith("#")).flatMap(this::artifacts)
                    .forEach(artifact -> artifacts.put(artifact, file(artifact.split(" ")[0], artifact.split(" ")[1])));
        }
        checkFiles(new TreeSet<>(artifacts.values()));
        long sum = 0;
        for (final Map.Entry<String, Path> artifact : artifacts.entrySet()) {
            if (Files.exists(artifact.getValue())) {
                final byte[] content = Files.readAllBytes(artifact.getValue());
                System.out.printf("%,11d  %s%n", content.length, artifact.getValue().getFileName());
                sum += content.length;
                check(artifact.getKey(), artifact.getValue(), content);
            }
        }
        System.out.printf("%,11d  together%n", sum);
        for (final String pom : poms.keySet()) {
            checkPom(pom);
        }
        libraryNames.forEach(this::checkBom);
        expect(libraries.size() == 1, "there are " + libraries.size() + " different DLLs in the artifacts");
    }

    /** The files that a line of the list names. */
    private Stream<String> artifacts(final String line) {
        final String[] words = line.split(" ");
        if (!words[1].equals("library")) {
            return Stream.of(line);
        }
        libraryNames.add(words[0]);
        return LIBRARY.stream().map(suffix -> words[0] + " " + suffix);
    }

    private Path file(final String artifact, final String suffix) {
        return repository.resolve(Path.of("io", "github", "iocp4j", artifact, version))
                .resolve(artifact + "-" + version + suffix);
    }

    private void checkFiles(final Set<Path> artifacts) throws IOException {
        final TreeSet<Path> expected = new TreeSet<>(artifacts);
        for (final Path artifact : artifacts) {
            CHECKSUMS.keySet().forEach(sum -> expected.add(Path.of(artifact + "." + sum)));
        }
        try (Stream<Path> files = Files.walk(repository)) {
            final Set<Path> found = files.filter(Files::isRegularFile).collect(Collectors.toSet());
            expected.stream().filter(file -> !found.contains(file)).forEach(file -> complain("there is no " + file));
            found.stream().filter(file -> !expected.contains(file)).forEach(file -> complain("unexpected: " + file));
        }
    }

    private void check(final String artifact, final Path file, final byte[] content) throws Exception {
        final String name = file.getFileName().toString();
        for (final Map.Entry<String, String> sum : CHECKSUMS.entrySet()) {
            final Path sumFile = Path.of(file + "." + sum.getKey());
            final byte[] digest = MessageDigest.getInstance(sum.getValue()).digest(content);
            final String hex = String.format("%0" + 2 * digest.length + "x", new BigInteger(1, digest));
            expect(Files.exists(sumFile) && Files.readString(sumFile).equals(hex),
                    sumFile + " is not that of the file");
        }
        expect(!name.contains("SNAPSHOT"), name + " is a snapshot");
        if (artifact.equals("iocp4j .jar")) {
            expect(content.length <= JAR_LIMIT, name + " has more than " + JAR_LIMIT + " bytes");
        }
        if (name.endsWith(".pom")) {
            expect(!new String(content, StandardCharsets.UTF_8).contains("-SNAPSHOT"), name + " names a snapshot");
            poms.put(artifact.split(" ")[0], DocumentBuilderFactory.newInstance().newDocumentBuilder()
                    .parse(new ByteArrayInputStream(content)));
        }
        checkNothingOfTheMachine(name, content);
        if (name.matches(".*\\.(jar|nar|zip)")) {
            checkArchive(artifact, name, content);
        }
    }

    private void checkArchive(final String artifact, final String name, final byte[] content) throws Exception {
        final Set<String> entries = unpack(name, content);
        CONTENTS.getOrDefault(artifact, List.of())
                .forEach(entry -> expect(entries.contains(entry), name + " has no " + entry));
        if (artifact.endsWith(" .jar") && libraryNames.contains(artifact.split(" ")[0])) {
            expect(entries.contains("module-info.class"), name + " is no module");
            expect(new String(content(content, "META-INF/MANIFEST.MF"), StandardCharsets.UTF_8)
                    .contains("Bundle-SymbolicName: "), name + " is no bundle of OSGi");
        }
        // A zip has them in its top folder.
        final String folder = name.endsWith(".zip") ? name.replaceFirst("\\.zip$", "/") : "META-INF/";
        expect(entries.contains(folder + "LICENSE") && entries.contains(folder + "NOTICE"),
                name + " has no LICENSE or no NOTICE");
        entries.stream().filter(entry -> entry.endsWith(".dll")).map(entry -> entry + ".cdx.json")
                .forEach(bill -> expect(entries.contains(bill), name + " has no " + bill));
        if (name.endsWith(".zip") || entries.stream().anyMatch(entry -> entry.endsWith(".dll"))) {
            LICENCES.forEach(text ->
                    expect(entries.contains(folder + "licenses/" + text), name + " has no licenses/" + text));
        }
        if (artifact.equals("iocp4j -without-natives.jar")) {
            expect(entries.stream().noneMatch(entry -> entry.contains("/native/")), name + " has a native part");
        }
    }

    /** Checks each entry and returns their names. */
    private Set<String> unpack(final String archive, final byte[] content) throws Exception {
        final Set<String> names = new HashSet<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(content))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                final String name = archive + "!" + entry.getName();
                names.add(entry.getName());
                final byte[] inside = zip.readAllBytes();
                checkNothingOfTheMachine(name, inside);
                // picocli's jar has times of its own.
                expect(entry.getName().startsWith("picocli/") || entry.getTimeLocal().equals(time),
                        archive + " has entries that are not of " + time);
                if (entry.getName().endsWith(".dll")) {
                    libraries.add(Arrays.toString(MessageDigest.getInstance("SHA-256").digest(inside)));
                }
                if (entry.getName().endsWith(".jar")) {
                    unpack(name, inside);
                }
            }
        }
        return names;
    }

    private static byte[] content(final byte[] archive, final String entry) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
                if (each.getName().equals(entry)) {
                    return zip.readAllBytes();
                }
            }
        }
        return new byte[0];
    }

    private void checkNothingOfTheMachine(final String name, final byte[] content) {
        final String text = new String(content, StandardCharsets.ISO_8859_1);
        for (final String path : machine) {
            final int at = text.indexOf(path + "/");
            expect(at < 0, name + " contains a path of the build machine: "
                    + (at < 0 ? "" : text.substring(at, Math.min(at + 100, text.length())).split("[^ -~]")[0]));
        }
    }

    private void checkPom(final String artifact) {
        for (final String element : POM_ELEMENTS) {
            final String[] path = element.split("/");
            boolean found = has(poms.get(artifact).getDocumentElement(), path);
            if (!found && List.of("groupId", "version").contains(element)) {
                found = has(poms.get(artifact).getDocumentElement(), new String[] {"parent", element});
            } else if (!found && !List.of("name", "description", "artifactId").contains(element)) {
                found = has(poms.get("iocp4j-parent").getDocumentElement(), path);
            }
            expect(found, "the POM of " + artifact + " has no " + element);
        }
    }

    private void checkBom(final String library) {
        final NodeList managed = poms.get("iocp4j-bom").getElementsByTagName("artifactId");
        expect(IntStream.range(0, managed.getLength()).anyMatch(i -> managed.item(i).getTextContent().equals(library)),
                "the BOM has no " + library);
    }

    private static boolean has(final Node node, final String[] path) {
        Node at = node;
        for (final String step : path) {
            Node child = at.getFirstChild();
            while (child != null && !(child instanceof Element && child.getNodeName().equals(step))) {
                child = child.getNextSibling();
            }
            if (child == null) {
                return false;
            }
            at = child;
        }
        return !at.getTextContent().isBlank();
    }

    private void expect(final boolean condition, final String complaint) {
        if (!condition) {
            complain(complaint);
        }
    }

    private void complain(final String complaint) {
        complaints.add(complaint);
    }
}

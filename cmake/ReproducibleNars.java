import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collections;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Takes out of NARs what differs from build to build and nar-maven-plugin leaves in: times, the order of entries, and
 * the date in nar.properties. Runs while the module is built.
 */
final class ReproducibleNars {
    private ReproducibleNars() {
    }

    /**
     * Rewrites the files.
     *
     * @param args the time to give to each entry, as in {@code project.build.outputTimestamp}; the NARs, and
     *     the nar.properties that are still to be packed
     * @throws IOException when one cannot be read or written
     */
    public static void main(final String[] args) throws IOException {
        final LocalDateTime time =
                OffsetDateTime.parse(args[0]).withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
        for (final String nar : Arrays.asList(args).subList(1, args.length)) {
            final Path file = Path.of(nar);
            if (isProperties(nar)) {
                Files.write(file, undated(Files.readAllBytes(file)));
                continue;
            }
            final TreeMap<String, byte[]> entries = read(file);
            try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
                for (final String name : entries.keySet()) {
                    final ZipEntry entry = new ZipEntry(name);
                    entry.setTimeLocal(time);
                    zip.putNextEntry(entry);
                    zip.write(entries.get(name));
                    zip.closeEntry();
                }
            }
        }
    }

    private static TreeMap<String, byte[]> read(final Path file) throws IOException {
        final TreeMap<String, byte[]> entries = new TreeMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (final ZipEntry entry : Collections.list(zip.entries())) {
                final byte[] content = zip.getInputStream(entry).readAllBytes();
                entries.put(entry.getName(), isProperties(entry.getName()) ? undated(content) : content);
            }
        }
        return entries;
    }

    private static boolean isProperties(final String name) {
        return name.endsWith("nar.properties");
    }

    private static byte[] undated(final byte[] properties) {
        return new String(properties, StandardCharsets.ISO_8859_1).lines()
                .filter(line -> !line.startsWith("#"))
                .sorted()
                .reduce("", (text, line) -> text + line + '\n')
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}

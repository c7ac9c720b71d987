package io.github.iocp4j.tools.copy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How fast this copies, against {@code Files.copy}, which is {@code CopyFileExW} on Windows, and
 * {@code AsynchronousFileChannel}, in one run: {@code CopyRates FOLDER MIB FILES ROUNDS}. The rounds of all take turns,
 * and the median of each counts. All copies are compared by hash.
 */
public final class CopyRates {
    private static final int BLOCK = 1 << 20;
    private static final int DEPTH = 8;
    private static final int FILES_IN_WORK = 8;

    private final Path folder;
    private final int rounds;

    private CopyRates(final Path folder, final int rounds) {
        this.folder = folder;
        this.rounds = rounds;
    }

    /** One way to copy. */
    private interface Way {
        void copy(Path from, Path to) throws Exception;
    }

    /**
     * Prints the figures.
     *
     * @param args where to work, the size of the large file in MiB, the number of small ones, and how many rounds
     * @throws Exception when anything fails, a difference included
     */
    public static void main(final String[] args) throws Exception {
        final CopyRates rates = new CopyRates(Files.createTempDirectory(Path.of(args[0]), "rates"),
                Integer.parseInt(args[3]));
        rates.large(Integer.parseInt(args[1]));
        rates.small(Integer.parseInt(args[2]));
        delete(rates.folder);
    }

    private void large(final int mib) throws Exception {
        final Path source = folder.resolve("large");
        final byte[] block = new byte[BLOCK];
        try (var out = Files.newOutputStream(source)) {
            for (int i = 0; i < mib; i++) {
                new Random(i).nextBytes(block);
                out.write(block);
            }
        }
        final Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("copy", (from, to) -> engine(false, engine -> engine.copy(from, to)));
        ways.put("copy --unbuffered", (from, to) -> engine(true, engine -> engine.copy(from, to)));
        ways.put("Files.copy (CopyFileExW)",
                (from, to) -> Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES));
        ways.put("AsynchronousFileChannel", CopyRates::throughChannels);
        compare(source, ways, mib, "MiB/s");
        Files.delete(source);
    }

    private void small(final int count) throws Exception {
        final Path source = Files.createDirectory(folder.resolve("small"));
        for (int i = 0; i < count; i++) {
            final byte[] bytes = new byte[i % 8192];
            new Random(i).nextBytes(bytes);
            Files.write(Files.createDirectories(source.resolve("d" + i / 1000)).resolve("f" + i), bytes);
        }
        final Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("copy --recursive", (from, to) -> engine(false, engine -> {
            final long failures = new TreeCopy(engine::copy, FILES_IN_WORK, false, new Stop(), from, to,
                    new Complaints(System.err::println)).copy();
            if (failures > 0) {
                throw new IOException(failures + " failures");
            }
        }));
        ways.put("Files.copy (CopyFileExW)",
                (from, to) -> each(from, to, (a, b) -> Files.copy(a, b, StandardCopyOption.COPY_ATTRIBUTES)));
        ways.put("AsynchronousFileChannel", (from, to) -> each(from, to, CopyRates::throughChannels));
        compare(source, ways, count, "files/s");
    }

    private void compare(final Path source, final Map<String, Way> ways, final int amount, final String unit)
            throws Exception {
        final String wanted = hash(source);
        final Map<String, double[]> rates = new LinkedHashMap<>();
        final Path target = folder.resolve("target");
        for (int round = 0; round < rounds; round++) {
            for (final Map.Entry<String, Way> way : ways.entrySet()) {
                final long started = System.nanoTime();
                way.getValue().copy(source, target);
                rates.computeIfAbsent(way.getKey(), name -> new double[rounds])[round] =
                        amount / ((System.nanoTime() - started) / 1e9);
                if (!hash(target).equals(wanted)) {
                    throw new IllegalStateException(way.getKey() + " has made another file");
                }
                delete(target);
            }
        }
        rates.forEach((name, each) -> {
            Arrays.sort(each);
            System.out.printf("%-26s %8.0f %s (from %.0f to %.0f)%n", name, each[rounds / 2], unit, each[0],
                    each[rounds - 1]);
        });
    }

    private interface EngineUse {
        void run(CopyEngine engine) throws IOException;
    }

    private static void engine(final boolean unbuffered, final EngineUse use) throws IOException {
        final CopySettings settings = new CopySettings(BLOCK, DEPTH, FILES_IN_WORK, unbuffered, false);
        try (CopyEngine engine = new CopyEngine(settings, new Stop(), new Progress())) {
            use.run(engine);
        }
    }

    private static void each(final Path from, final Path to, final Way way) throws Exception {
        for (final Path path : all(from)) {
            final Path copy = to.resolve(from.relativize(path));
            if (Files.isDirectory(path)) {
                Files.createDirectory(copy);
            } else {
                way.copy(path, copy);
            }
        }
    }

    /** The same blocks and depth, and the times are kept. */
    private static void throughChannels(final Path from, final Path to) throws Exception {
        final Semaphore over = new Semaphore(0);
        try (AsynchronousFileChannel source = AsynchronousFileChannel.open(from, StandardOpenOption.READ);
                AsynchronousFileChannel target = AsynchronousFileChannel.open(to, StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE_NEW)) {
            final long size = source.size();
            final int blocks = (int) Math.min(DEPTH, (size + BLOCK - 1) / BLOCK);
            final AtomicLong next = new AtomicLong();
            for (int i = 0; i < blocks; i++) {
                final ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(size, BLOCK));
                new Object() {
                    void go() {
                        final long position = next.getAndAdd(BLOCK);
                        if (position >= size) {
                            over.release();
                            return;
                        }
                        source.read(buffer.clear(), position, null, handler(() ->
                                target.write(buffer.flip(), position, null, handler(this::go))));
                    }
                }.go();
            }
            over.acquire(blocks);
        }
        final BasicFileAttributes attributes = Files.readAttributes(from, BasicFileAttributes.class);
        Files.getFileAttributeView(to, BasicFileAttributeView.class).setTimes(attributes.lastModifiedTime(),
                attributes.lastAccessTime(), attributes.creationTime());
    }

    private static CompletionHandler<Integer, Object> handler(final Runnable then) {
        return new CompletionHandler<>() {
            @Override
            public void completed(final Integer bytes, final Object nothing) {
                then.run();
            }

            @Override
            public void failed(final Throwable thrown, final Object nothing) {
                thrown.printStackTrace();
                System.exit(1);
            }
        };
    }

    private static List<Path> all(final Path path) throws IOException {
        try (Stream<Path> walk = Files.walk(path)) {
            return walk.sorted().collect(Collectors.toCollection(ArrayList::new));
        }
    }

    private static String hash(final Path path) throws Exception {
        final MessageDigest digest = MessageDigest.getInstance("SHA-256");
        final byte[] buffer = new byte[BLOCK];
        for (final Path each : all(path)) {
            digest.update(path.relativize(each).toString().getBytes("UTF-8"));
            if (Files.isRegularFile(each)) {
                try (var in = Files.newInputStream(each)) {
                    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                        digest.update(buffer, 0, read);
                    }
                }
            }
        }
        return Arrays.toString(digest.digest());
    }

    private static void delete(final Path path) throws IOException {
        final List<Path> all = all(path);
        all.sort(Comparator.reverseOrder());
        for (final Path each : all) {
            Files.delete(each);
        }
    }
}

package com.example.neighbours;

import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Several programs in one process. All talk at once; then the first one ends, and the others continue. */
public final class Neighbours {
    private static final int GUESTS = 8;
    private static final int MOST_COLLECTIONS = 1_000;

    private Neighbours() {
    }

    /**
     * Runs the programs, and prints the number of messages that came back.
     *
     * @param args their classes, each a {@code Callable<Integer>} that can be closed: CLASS for one on this class path,
     *             CLASS=JAR;JAR for one with its own class loader, which must be collectable after the program's end
     * @throws Exception when a program fails
     */
    public static void main(final String[] args) throws Exception {
        final List<Program> programs = new ArrayList<>();
        for (final String arg : args) {
            programs.add(Program.start(arg));
        }
        int messages = talk(programs);
        programs.remove(0).end();
        messages += talk(programs);
        // Replaces the program that has ended.
        programs.add(Program.start(args[0]));
        messages += talk(programs);
        for (final Program program : programs) {
            program.end();
        }
        if (args[0].indexOf('=') >= 0) {
            requireNothingLeft(args[0]);
        }
        System.out.println("ok: " + messages + " messages came back");
    }

    /** Programs that come and go while the process runs must not leave a JNI reference each. */
    private static void requireNothingLeft(final String arg) throws Exception {
        final int before = References.count();
        for (int i = 0; i < GUESTS; i++) {
            Program.start(arg).end();
        }
        // The JVM unloads a library some time after the collection of its class loader.
        for (int i = 0; i < MOST_COLLECTIONS && References.count() >= before + GUESTS; i++) {
            System.gc();
            Thread.sleep(10);
        }
        final int left = References.count() - before;
        if (left >= GUESTS) {
            throw new IllegalStateException(GUESTS + " programs have left " + left + " JNI references behind");
        }
    }

    private static int talk(final List<Program> programs) throws Exception {
        final List<CompletableFuture<Integer>> talks = new ArrayList<>();
        for (final Program program : programs) {
            talks.add(CompletableFuture.supplyAsync(program::talk, task -> new Thread(task).start()));
        }
        int messages = 0;
        for (final CompletableFuture<Integer> talk : talks) {
            messages += talk.get();
        }
        return messages;
    }

    /** One program, perhaps with its own class loader. */
    private static final class Program {
        private Object program;
        private URLClassLoader own;

        static Program start(final String arg) throws Exception {
            final int jars = arg.indexOf('=');
            final Program started = new Program();
            ClassLoader loader = Neighbours.class.getClassLoader();
            if (jars >= 0) {
                final List<URL> urls = new ArrayList<>();
                for (final String jar : arg.substring(jars + 1).split(File.pathSeparator)) {
                    urls.add(Path.of(jar).toUri().toURL());
                }
                started.own = new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
                loader = started.own;
            }
            started.program = loader.loadClass(jars < 0 ? arg : arg.substring(0, jars)).getConstructor().newInstance();
            return started;
        }

        int talk() {
            try {
                return (Integer) ((Callable<?>) program).call();
            } catch (final Exception failed) {
                throw new IllegalStateException(failed);
            }
        }

        void end() throws Exception {
            ((AutoCloseable) program).close();
            program = null;
            if (own != null) {
                own.close();
                final WeakReference<ClassLoader> gone = new WeakReference<>(own);
                own = null;
                while (gone.get() != null) {
                    System.gc();
                    Thread.sleep(10);
                }
            }
        }
    }
}

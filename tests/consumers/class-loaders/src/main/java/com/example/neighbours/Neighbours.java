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

/** Several programs in one process: all talk at once, then the first is thrown away and the others go on. */
public final class Neighbours {
    private static final int GUESTS = 8;
    private static final int PATIENCE = 1_000;

    private Neighbours() {
    }

    /**
     * Runs them, and says how many messages they have got back.
     *
     * @param args their classes, each a {@code Callable<Integer>} that can be closed; as CLASS, of this class path, or
     *             CLASS=JAR;JAR with a class loader of its own, which is then collected when the program is thrown away
     * @throws Exception when one of them fails
     */
    public static void main(final String[] args) throws Exception {
        final List<Program> programs = new ArrayList<>();
        for (final String arg : args) {
            programs.add(Program.start(arg));
        }
        int messages = talk(programs);
        programs.remove(0).end();
        messages += talk(programs);
        // In the place of the one that has gone.
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

    /** Whoever comes and goes for as long as the process lives must not leave one more reference behind each time. */
    private static void requireNothingLeft(final String arg) throws Exception {
        final int before = References.count();
        for (int i = 0; i < GUESTS; i++) {
            Program.start(arg).end();
        }
        // The JVM unloads a library some time after its class loader.
        for (int i = 0; i < PATIENCE && References.count() >= before + GUESTS; i++) {
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
            talks.add(CompletableFuture.supplyAsync(program::talk));
        }
        int messages = 0;
        for (final CompletableFuture<Integer> talk : talks) {
            messages += talk.get();
        }
        return messages;
    }

    /** One of them. */
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

package io.github.iocp4j.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.fixtures.ChildJvm;
import io.github.iocp4j.fixtures.Launch;
import io.github.iocp4j.fixtures.Wine;
import java.lang.management.ManagementFactory;
import java.lang.management.PlatformManagedObject;
import java.lang.management.ThreadInfo;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Thread dumps show the workers of a port under the port's name. */
@Tag("newer-jvm")
@Timeout(300)
final class ThreadDumpTest {
    /** Not only ASCII, because thread names cross JNI as modified UTF-8. */
    private static final String PORT = "caf\u00e9 \u65e5\u672c \ud83d\ude80";
    private static final List<String> NAMES = List.of(PORT + "-worker-0", PORT + "-worker-1");

    private final CountDownLatch delivered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private CompletionPort port;

    /** One worker waits for packets, the other one is in its listener. */
    @BeforeEach
    void open() throws Exception {
        port = CompletionPort.builder(completion -> {
            delivered.countDown();
            awaitRelease();
        }).name(PORT).workers(2).open();
        port.post(0, 0, 0);
        delivered.await();
    }

    @AfterEach
    void close() {
        released.countDown();
        port.close();
    }

    @Test
    void threadsOfManagementHaveTheirNames() {
        final ThreadInfo[] threads = ManagementFactory.getThreadMXBean().dumpAllThreads(false, false);

        assertThat(threads).extracting(ThreadInfo::getThreadName).containsAll(NAMES);
        assertThat(Stream.of(threads).filter(thread -> NAMES.contains(thread.getThreadName())))
                .allMatch(ThreadInfo::isDaemon);
        assertThat(Stream.of(threads).filter(thread -> NAMES.contains(thread.getThreadName()))
                .flatMap(thread -> Stream.of(thread.getStackTrace())).map(StackTraceElement::getMethodName))
                .as("the worker that is in its listener").contains("awaitRelease");
    }

    @Test
    void theyAreOrdinaryThreadsToJava() {
        final List<Thread> workers = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> NAMES.contains(thread.getName())).collect(Collectors.toList());

        assertThat(workers).hasSize(2).allMatch(Thread::isDaemon).allMatch(Thread::isAlive)
                .extracting(thread -> thread.getThreadGroup().getName()).containsOnly("main");
    }

    @Test
    void aDumpToAFileHasTheirNames(@TempDir final Path folder) throws Exception {
        assumeTrue(ChildJvm.VERSION >= 21, "JVMs before 21 have no HotSpotDiagnosticMXBean.dumpThreads");
        for (final String format : List.of("TEXT_PLAIN", "JSON")) {
            final Path file = folder.resolve(format);

            dumpThreads(file, format);

            final String dump = Files.readString(file);
            assertThat(dump).as(format).contains("ThreadDumpTest.awaitRelease");
            for (final String name : NAMES) {
                assertThat(dump).as(format).contains('"' + name + '"');
            }
        }
    }

    @Test
    void jcmdPrintsTheirNames(@TempDir final Path folder) throws Exception {
        assumeTrue(Files.exists(ChildJvm.program("jcmd")), "this JVM has no jcmd (jdk.jcmd)");
        final String version = jcmd(folder, "VM.version");
        if (!version.contains("JDK " + ChildJvm.VERSION)) {
            Wine.skip("under Wine, jcmd cannot attach to this JVM: " + version);
        }
        assertThat(version).contains("JDK " + ChildJvm.VERSION);

        // It prints in the code page of the console.
        assertThat(jcmd(folder, "Thread.print"))
                .containsPattern("\"caf.*-worker-0\" ").containsPattern("\"caf.*-worker-1\" ")
                .contains("ThreadDumpTest.awaitRelease");
    }

    /** Through a file: this JVM is stopped until its output has been read, so that it cannot read the output itself. */
    private static String jcmd(final Path folder, final String command) throws Exception {
        final Path printed = folder.resolve(command);
        Launch.of(new ProcessBuilder(ChildJvm.program("jcmd").toString(),
                Long.toString(ProcessHandle.current().pid()), command)
                .redirectErrorStream(true).redirectOutput(printed.toFile())).waitFor();
        return new String(Files.readAllBytes(printed), StandardCharsets.ISO_8859_1);
    }

    /** {@code HotSpotDiagnosticMXBean.dumpThreads}, which JDK 11 has not. */
    private static void dumpThreads(final Path file, final String format) throws Exception {
        final Class<? extends PlatformManagedObject> type =
                Class.forName("com.sun.management.HotSpotDiagnosticMXBean").asSubclass(PlatformManagedObject.class);
        final Class<?> formats = Class.forName(type.getName() + "$ThreadDumpFormat");
        final Object wanted = Stream.of(formats.getEnumConstants())
                .filter(constant -> constant.toString().equals(format)).findAny().orElseThrow();
        final Method dump = type.getMethod("dumpThreads", String.class, formats);
        dump.invoke(ManagementFactory.getPlatformMXBean(type), file.toString(), wanted);
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

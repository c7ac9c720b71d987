package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.device.JobObject;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.pipe.ChildProcess.Stdio;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Child processes from Java; ChildProcessTest.cpp has the races and the failures of Windows. */
@Timeout(240)
final class ChildProcessTest extends CheckedPort {
    private static final String PROGRAM =
            Path.of(System.getProperty("iocp4j.tests.native"), "child.exe").toAbsolutePath().toString();
    private static final int READ = 1;
    private static final int EXIT = 2;

    @TempDir
    Path folder;

    @Test
    void saysWhatItHasToSayAndEnds() throws Exception {
        try (ChildProcess child = child("say", "hello").start()) {
            child.awaitExit(EXIT);
            final Recorder.Completion exit = recorder.nextSuccess(Opcode.WAIT);
            assertThat(exit.token).isEqualTo(EXIT);
            assertThat(exit.device).isSameAs(child);
            assertThat(exit.detail).isEqualTo(3);
            assertThat(port.snapshot().devices()).extracting(DeviceSnapshot::kind).containsExactlyInAnyOrder(
                    DeviceKind.CHILD_PROCESS, DeviceKind.PIPE, DeviceKind.PIPE, DeviceKind.PIPE);
            assertThat(child.name()).isEqualTo("process " + child.pid());
            assertThat(child.processes()).as("nothing of it is left, except perhaps the host of its console")
                    .isLessThan(2);
            assertThat(output(child.stdout())).as("read after the end").isEqualTo("hello\n");
            assertThat(output(child.stderr())).isEmpty();
        }
    }

    @Test
    void exitCodesAreUnsigned() throws Exception {
        final BlockingQueue<Object> codes = new LinkedBlockingQueue<>();
        try (ChildProcess child = child("exit", "3221225477").start();
                ChildProcess other = child("wait").start()) {
            recorder.divertTo(completion -> {
                codes.add(codeOf(child, completion));
                codes.add(codeOf(other, completion));
            });
            child.awaitExit(EXIT);
            assertThat(codes.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo(3_221_225_477L);
            assertThat(codes.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).asString()
                    .contains("not a successful WAIT").contains(other.toString());
            child.awaitExit(EXIT);
            assertThat(codes.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo(3_221_225_477L);
        }
    }

    private static Object codeOf(final ChildProcess child, final Completion completion) {
        try {
            return child.exitCode(completion);
        } catch (final IllegalArgumentException refused) {
            return refused;
        }
    }

    /** The program splits its command line as Windows does. */
    @Test
    void argumentsArriveUnchanged() throws Exception {
        final List<String> arguments = List.of("", "word", "two words", "\"", "say \"hi\"", "\\", "C:\\my dir\\",
                "\\\\\"", "a\\\\b", "a\\\"b c\\", "%PATH%", "&|<>^", "tab\there", "grüß 文字 \ud83d\ude00", "'single'",
                "*", " ");
        final List<String> words = new ArrayList<>(List.of(PROGRAM, "arguments"));
        words.addAll(arguments);
        try (ChildProcess child = ChildProcess.builder(port, words).start()) {
            assertThat(output(child.stdout())).isEqualTo(String.join("\n", arguments) + '\n');
        }
    }

    @Test
    void readsItsInputToTheEnd() throws Exception {
        try (ChildProcess child = child("echo").buffer(1000).start()) {
            child.stdin().write(buffer("some input"), 3);
            recorder.nextSuccess(Opcode.WRITE);
            child.stdin().close();
            assertThat(output(child.stdout())).isEqualTo("some input");
            child.awaitExit(EXIT);
            assertThat(recorder.nextSuccess(Opcode.WAIT).detail).isZero();
        }
    }

    @Test
    void streamsCanBeMergedAndDiscarded() throws Exception {
        try (ChildProcess child = child("flood", "1000").stdin(Stdio.NULL).stderrToStdout().start()) {
            assertThat(output(child.stdout())).isEqualTo("o".repeat(1000) + "e".repeat(1000));
            assertThatThrownBy(child::stdin).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("The standard input").hasMessageContaining("not a pipe");
            assertThatThrownBy(child::stderr).isInstanceOf(IllegalStateException.class);
        }
        try (ChildProcess child = child("flood", "200000").stdout(Stdio.NULL).stderr(Stdio.NULL).start()) {
            child.awaitExit(EXIT);
            assertThat(recorder.nextSuccess(Opcode.WAIT).detail).as("it has not waited for a reader").isZero();
            assertThatThrownBy(child::stdout).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void environmentAndFolderAreThoseOfTheBuilder() throws Exception {
        assertThat(say(child("variable", "IOCP4J_Ü").environment("iocp4j_ü", "grüß 文字"))).isEqualTo("grüß 文字\n");
        assertThat(say(child("variable", "IOCP4J_Ü").environment("IOCP4J_Ü", "x").environment("iocp4j_ü", null)))
                .isEqualTo("(not set)\n");
        assertThat(say(child("variable", "PATH"))).isEqualTo(System.getenv("PATH") + '\n');
        assertThat(say(child("variable", "PATH").clearEnvironment())).isEqualTo("(not set)\n");
        assertThat(say(child("variable", "SystemRoot").clearEnvironment()))
                .isEqualToIgnoringCase(System.getenv("SystemRoot") + '\n');
        final Path where = Files.createDirectory(folder.resolve("Ordner grün"));
        assertThat(say(child("folder").directory(where))).isEqualToIgnoringCase(where + "\n");
    }

    @Test
    void aCommandLineIsPassedAsItIs() throws Exception {
        assertThat(say(ChildProcess.ofCommandLine(port, '"' + PROGRAM + "\"  arguments   a\"b c\"d")))
                .isEqualTo("ab cd\n");
        assertThat(say(ChildProcess.ofCommandLine(port, "cmd.exe /c echo \"quoted as cmd.exe wants it\"")))
                .isEqualTo("\"quoted as cmd.exe wants it\"\r\n");
    }

    @Test
    void whatCannotBeStartedIsRefusedWithTheReason() throws Exception {
        final CompletionPort closed = CompletionPort.open(recorder);
        closed.close();
        assertThatThrownBy(() -> ChildProcess.builder(closed, PROGRAM).start()).isInstanceOf(PortClosedException.class);
        final JobObject job = JobObject.open(port, JobObject.AtClose.LEAVE);
        job.close();
        assertThatThrownBy(() -> child("wait").job(job).start()).isInstanceOf(DeviceClosedException.class)
                .hasMessageContaining("JobObject");
        refuses(Win32Error.FILE_NOT_FOUND, "no such program", ChildProcess.builder(port, "no-such-program", "secret"));
        refuses(Win32Error.DIRECTORY, "no such folder", child("wait").directory(folder.resolve("missing")));
        assertThatThrownBy(() -> ChildProcess.builder(port)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> ChildProcess.builder(port, "x.bat")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ChildProcess.builder(port, "x", "a\0")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ChildProcess.ofCommandLine(port, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ChildProcess.ofCommandLine(port, null)).hasMessage("commandLine");
        assertThatThrownBy(() -> ChildProcess.builder(null, "x")).hasMessage("port");
        assertThatThrownBy(() -> child().buffer(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> child().environment("a=b", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> child().environment(null, "")).hasMessage("name");
        assertThatThrownBy(() -> child().stdin(null)).hasMessage("what");
        assertThatThrownBy(() -> child().directory(FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("default file system");
        assertThat(port.snapshot().devices()).isEmpty();
    }

    private static void refuses(final int code, final String why, final ChildProcess.Builder builder) {
        assertThatThrownBy(builder::start).isInstanceOfSatisfying(Win32Exception.class,
                refused -> assertThat(refused.code()).isEqualTo(code))
                .hasMessageContaining(why).hasMessageNotContaining("secret");
    }

    @Test
    void theTreeIsKilledAtTheDeadline() throws Exception {
        try (ChildProcess child = child("another").start()) {
            final ProcessHandle other = otherOf(child);
            child.awaitExit(Duration.ofMillis(20), 7);
            assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
            assertThat(other.isAlive()).as("that deadline kills nothing").isTrue();

            child.awaitExitOrKill(Duration.ofMillis(20), 8);

            assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
            child.awaitExit(EXIT);
            assertThat(recorder.nextSuccess(Opcode.WAIT).detail).isEqualTo(1);
            awaitEnd(other);
        }
    }

    @Test
    void killEndsTheTreeAndTheWait() throws Exception {
        try (ChildProcess child = child("another").start()) {
            final ProcessHandle other = otherOf(child);
            final long cancelled = child.awaitExit(7);
            assertThat(child.cancel(cancelled)).isTrue();
            assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
            child.awaitExit(EXIT);
            child.kill(42);
            assertThat(recorder.nextSuccess(Opcode.WAIT).detail).isEqualTo(42);
            awaitEnd(other);
            child.kill();
        }
    }

    @Test
    void closeKillsUnlessItIsToLeave() throws Exception {
        final ChildProcess killed = child("another").start();
        final ProcessHandle other = otherOf(killed);
        killed.stdout().read(ByteBuffer.allocateDirect(1), READ);
        killed.close();
        assertThat(recorder.next().status).isIn(Win32Error.HANDLES_CLOSED, Win32Error.BROKEN_PIPE);
        awaitEnd(other);
        assertThatThrownBy(killed::kill).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> killed.awaitExit(EXIT)).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> killed.stdin().write(buffer("x"), 3)).isInstanceOf(DeviceClosedException.class);
        killed.close();

        final ChildProcess left = child("wait").atClose(JobObject.AtClose.LEAVE).start();
        final ProcessHandle process = ProcessHandle.of(left.pid()).orElseThrow();
        left.awaitExit(EXIT);
        left.close();
        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        assertThat(process.isAlive()).isTrue();
        process.destroyForcibly();
    }

    @Test
    void closingThePortKillsItsChildren() throws Exception {
        final ProcessHandle process;
        try (CompletionPort other = CompletionPort.builder(completion -> { }).workers(1).open()) {
            process = ProcessHandle.of(ChildProcess.builder(other, PROGRAM, "wait").start().pid()).orElseThrow();
            assertThat(process.isAlive()).isTrue();
        }
        awaitEnd(process);
    }

    @Test
    void aJobWaitsForSeveral() throws Exception {
        try (JobObject job = JobObject.open(port, JobObject.AtClose.KILL);
                ChildProcess one = child("wait").job(job).start();
                ChildProcess two = child("wait").job(job).start()) {
            job.awaitEmpty(9);
            one.kill(1);
            one.awaitExit(EXIT);
            assertThat(recorder.nextSuccess(Opcode.WAIT).device).isSameAs(one);
            two.kill(1);
            final Recorder.Completion empty = recorder.nextSuccess(Opcode.WAIT);
            assertThat(empty.device).isSameAs(job);
            assertThat(empty.token).isEqualTo(9);
        }
    }

    private ChildProcess.Builder child(final String... arguments) {
        final List<String> words = new ArrayList<>(List.of(PROGRAM));
        words.addAll(Arrays.asList(arguments));
        return ChildProcess.builder(port, words);
    }

    private String say(final ChildProcess.Builder builder) throws Exception {
        try (ChildProcess child = builder.start()) {
            return output(child.stdout());
        }
    }

    /** Everything until the end. */
    private String output(final NamedPipe stream) throws InterruptedException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
        for (;;) {
            stream.read(buffer.clear(), READ);
            final Recorder.Completion read = recorder.next();
            if (read.status != Win32Error.SUCCESS) {
                assertThat(read.status).isEqualTo(Win32Error.BROKEN_PIPE);
                return bytes.toString(StandardCharsets.UTF_8);
            }
            for (int i = 0; i < read.bytes; i++) {
                bytes.write(buffer.get(i));
            }
        }
    }

    /** The process that the child has started, whose id it prints. */
    private ProcessHandle otherOf(final ChildProcess child) throws InterruptedException {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(1);
        final StringBuilder line = new StringBuilder();
        for (;;) {
            child.stdout().read(buffer.clear(), READ);
            recorder.nextSuccess(Opcode.READ);
            if (buffer.get(0) == '\n') {
                return ProcessHandle.of(Long.parseLong(line.toString())).orElseThrow();
            }
            line.append((char) buffer.get(0));
        }
    }

    private static void awaitEnd(final ProcessHandle process) throws Exception {
        process.onExit().get(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private static ByteBuffer buffer(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}

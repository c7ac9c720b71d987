package io.github.iocp4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.Launch;
import io.github.iocp4j.fixtures.Recorder;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kernel objects and jobs as devices of a port. */
@Timeout(120)
final class WaitableDeviceTest extends CheckedPort {
    private final List<Process> children = new ArrayList<>();

    @AfterEach
    void endChildren() {
        children.forEach(Process::destroyForcibly);
    }

    @Test
    void signalOfAnEventIsACompletion() throws Exception {
        try (WaitableObject event = WaitableObject.event(false)) {
            final WaitableDevice device = WaitableDevice.open(port, event);

            device.await(7);
            event.signal();

            final Recorder.Completion completion = recorder.nextSuccess(Opcode.WAIT);
            assertThat(completion.token).isEqualTo(7);
            assertThat(completion.device).isSameAs(device);
            assertThat(completion.bytes).isZero();
            assertThat(port.snapshot().devices()).extracting(DeviceSnapshot::kind).containsExactly(DeviceKind.WAITABLE);
        }
    }

    @Test
    void waitIsCancelledOrTimesOutOrEndsWithItsDevice() throws Exception {
        try (WaitableObject event = WaitableObject.event(true)) {
            final WaitableDevice device = WaitableDevice.open(port, event);

            assertThat(device.cancel(device.await(1))).isTrue();
            assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
            device.await(Duration.ofMillis(10), 2);
            assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
            device.await(3);
            assertThat(device.close(LONG)).isTrue();
            assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
            assertThatThrownBy(() -> device.await(4)).isInstanceOf(DeviceClosedException.class);
        }
    }

    @Test
    void endOfAProcessIsACompletion() throws Exception {
        try (WaitableObject process = WaitableObject.process(child().pid())) {
            assertThat(process.exitCode()).isEqualTo(259);
            WaitableDevice.open(port, process).await(1);
            children.get(0).destroyForcibly();

            recorder.nextSuccess(Opcode.WAIT);
            assertThat(process.exitCode()).isNotEqualTo(259);
        }
    }

    @Test
    void endOfAJobsLastProcessIsACompletion() throws Exception {
        final JobObject job = JobObject.open(port, JobObject.AtClose.LEAVE);
        job.assign(child().pid());
        job.assign(child().pid());
        assertThat(job.processes()).as("perhaps with their consoles").isGreaterThanOrEqualTo(2);
        job.awaitEmpty(1);
        job.awaitEmpty(Duration.ofMillis(10), 2);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);

        job.terminate(3);

        assertThat(recorder.nextSuccess(Opcode.WAIT).token).isEqualTo(1);
        assertThat(job.processes()).isZero();
    }

    @Test
    void jobEndsItsProcessesWithItselfWhereItShall() throws Exception {
        try (WaitableObject process = WaitableObject.process(child().pid())) {
            final WaitableDevice end = WaitableDevice.open(port, process);
            final JobObject job = JobObject.open(port, JobObject.AtClose.KILL);
            job.assign(children.get(0).pid());
            end.await(1);

            assertThat(job.close(LONG)).isTrue();

            recorder.nextSuccess(Opcode.WAIT);
            assertThatThrownBy(job::processes).isInstanceOf(DeviceClosedException.class);
        }
    }

    @Test
    void whatCannotBeWaitedForIsRefused() throws Exception {
        final WaitableObject event = WaitableObject.event(true);
        final JobObject job = JobObject.open(port, JobObject.AtClose.LEAVE);
        event.close();

        assertThatThrownBy(() -> WaitableDevice.open(port, event)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> job.assign(-1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("processId is -1");
        assertThatThrownBy(() -> job.assign(3)).isInstanceOf(Win32Exception.class)
                .hasMessageContaining("AssignProcessToJobObject");
        assertThatThrownBy(() -> job.awaitEmpty(Duration.ZERO, 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than zero");
    }

    /** On Windows the tests usually have a console, under Wine they have none. */
    @Test
    void consoleInputIsThereWhereThereIsAConsole() throws Exception {
        if (hasConsole()) {
            assertThat(ConsoleInput.open(port).close(LONG)).isTrue();
        } else {
            assertThatThrownBy(() -> ConsoleInput.open(port)).isInstanceOf(Win32Exception.class)
                    .hasMessageStartingWith("CreateFile CONIN$");
        }
    }

    private static boolean hasConsole() {
        try (FileInputStream console = new FileInputStream("CONIN$")) {
            return console.getFD().valid();
        } catch (final IOException none) {
            return false;
        }
    }

    /** A program that waits until it is killed. */
    private Process child() throws IOException {
        final Path program = Path.of(System.getProperty("iocp4j.tests.native"), "idle.exe").toAbsolutePath();
        final Process child = Launch.of(new ProcessBuilder(program.toString()));
        children.add(child);
        return child;
    }
}

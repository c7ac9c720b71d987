package io.github.iocp4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.device.AdoptedDevice.Ownership;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.pipe.ChildPipe;
import io.github.iocp4j.pipe.PipeDirection;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handles that other code has opened: here, handles for child processes. */
@Timeout(120)
final class AdoptedDeviceTest extends CheckedPort {
    private final ByteBuffer room = ByteBuffer.allocateDirect(64);

    @Test
    void readsAndWrites() throws Exception {
        final ChildPipe pipe = ChildPipe.builder(port, PipeDirection.DUPLEX).overlappedChildEnd().open();
        final AdoptedDevice device = AdoptedDevice.adopt(port, pipe.childHandle(), Ownership.KEPT);
        assertThat(device.name()).isEqualTo("handle " + pipe.childHandle());

        device.readAt(room.clear().limit(30).position(10), FilePosition.at(12_345), 1);
        pipe.parentEnd().write(PipePair.buffer("to it"), 2);
        final Map<Long, Recorder.Completion> completions = recorder.nextByToken(2);
        assertThat(completions.get(1L).bytes).isEqualTo(5);
        assertThat(completions.get(1L).device).isSameAs(device);
        assertThat(PipePair.text(room, 15)).endsWith("to it");

        device.writeAt(PipePair.buffer("from it"), FilePosition.at(0), 3);
        recorder.nextSuccess(Opcode.WRITE);
        pipe.parentEnd().read(room.clear(), 4);
        assertThat(PipePair.text(room, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("from it");
        assertThat(port.snapshot().devices()).extracting(DeviceSnapshot::kind)
                .contains(DeviceKind.ADOPTED, DeviceKind.PIPE);
        device.close();
    }

    @Test
    void closeCancelsAndLeavesAHandleThatIsKept() throws Exception {
        final ChildPipe pipe = ChildPipe.builder(port, PipeDirection.DUPLEX).overlappedChildEnd().open();
        final AdoptedDevice device = AdoptedDevice.adopt(port, pipe.childHandle(), Ownership.KEPT);
        device.read(room, 1);

        assertThat(device.close(LONG)).isTrue();

        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        pipe.parentEnd().read(room, 2);
        Thread.sleep(20);
        assertThat(recorder.isEmpty()).as("the peer is still there").isTrue();
        pipe.closeChildEnd();
        assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
    }

    @Test
    void reportsWhyAHandleIsNotTaken() throws Exception {
        final ChildPipe synchronous = ChildPipe.builder(port, PipeDirection.DUPLEX).open();
        final ChildPipe bound = ChildPipe.builder(port, PipeDirection.DUPLEX).overlappedChildEnd().open();
        AdoptedDevice.adopt(port, bound.childHandle(), Ownership.KEPT).close();
        try (CompletionPort other = CompletionPort.open(recorder)) {
            for (final ChildPipe pipe : new ChildPipe[] {synchronous, bound}) {
                for (final Ownership ownership : Ownership.values()) {
                    final Win32Exception refused = catchThrowableOfType(Win32Exception.class,
                            () -> AdoptedDevice.adopt(other, pipe.childHandle(), ownership));
                    assertThat(refused.code()).isEqualTo(Win32Error.INVALID_PARAMETER);
                    assertThat(refused).hasMessageContaining("FILE_FLAG_OVERLAPPED");
                    if (pipe == bound) {
                        assertThat(refused).hasMessageContaining("bound to a port already");
                    }
                }
            }
            final Win32Exception none = catchThrowableOfType(Win32Exception.class,
                    () -> AdoptedDevice.adopt(other, 0x7ffffff0, Ownership.PASSED));
            assertThat(none.code()).isEqualTo(Win32Error.INVALID_HANDLE);
        }
        synchronous.parentEnd().write(PipePair.buffer("x"), 1);
        recorder.nextSuccess(Opcode.WRITE);
    }

    @Test
    void refusesWhatIsNoHandle() throws Exception {
        assertThatThrownBy(() -> AdoptedDevice.adopt(port, 0, Ownership.KEPT))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not a handle");
        assertThatThrownBy(() -> AdoptedDevice.adopt(port, -1, Ownership.KEPT))
                .isInstanceOf(IllegalArgumentException.class);
        final ChildPipe pipe = ChildPipe.builder(port, PipeDirection.DUPLEX).overlappedChildEnd().open();
        final AdoptedDevice device = AdoptedDevice.adopt(port, pipe.childHandle(), Ownership.KEPT);
        assertThatThrownBy(() -> device.writeAt(ByteBuffer.allocate(1), FilePosition.at(0), 0))
                .isInstanceOf(IllegalArgumentException.class);
        device.close();
        assertThatThrownBy(() -> device.readAt(room, FilePosition.at(0), 0)).isInstanceOf(DeviceClosedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONIN$", "conout$", "CON", "\\\\.\\CONIN$"})
    void namesWhatToDoAboutAConsole(final String console) {
        assertThatThrownBy(() -> AdoptedDevice.open(port, console, AdoptedDevice.GENERIC_READ))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("binds no console to a completion port").hasMessageContaining("ConsoleInput")
                .hasMessageContaining("System.in");
    }

    @Test
    void isRefusedByAClosedPort() throws Exception {
        final ChildPipe pipe = ChildPipe.builder(port, PipeDirection.DUPLEX).overlappedChildEnd().open();
        final CompletionPort closed = CompletionPort.open(recorder);
        closed.close();

        assertThatThrownBy(() -> AdoptedDevice.adopt(closed, pipe.childHandle(), Ownership.PASSED))
                .isInstanceOf(PortClosedException.class);
        assertThatThrownBy(() -> AdoptedDevice.open(closed, "\\\\.\\pipe\\", 0))
                .isInstanceOf(PortClosedException.class);
    }
}

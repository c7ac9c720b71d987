package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.fixtures.CheckedPort;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Java side of a child's pipe. ChildPipeTest.cpp tests that children inherit it. */
@Timeout(120)
final class ChildPipeTest extends CheckedPort {
    @Test
    void childsEndIsGivenOutUntilItIsClosed() throws Exception {
        final ChildPipe pipe = ChildPipe.builder(port, PipeDirection.INBOUND).buffer(4096).open();
        pipe.parentEnd().read(ByteBuffer.allocateDirect(1), 1);
        assertThat(pipe.childHandle()).isPositive().isEqualTo(pipe.childHandle());
        assertThat(pipe.toString()).contains("iocp4j-child-");

        pipe.closeChildEnd();

        assertThat(recorder.next().status).as("no other process has it").isEqualTo(Win32Error.BROKEN_PIPE);
        assertThatThrownBy(pipe::childHandle).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        pipe.closeChildEnd();
        pipe.close();
        pipe.closeChildEnd();
        assertThatThrownBy(pipe::childHandle).isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void closeEndsWhatIsInFlight() throws Exception {
        final ChildPipe pipe = ChildPipe.builder(port, PipeDirection.DUPLEX).open();
        pipe.parentEnd().read(ByteBuffer.allocateDirect(1), 1);

        pipe.close();

        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        assertThat(port.snapshot().devices()).isEmpty();
    }

    @Test
    void bufferHasLimits() {
        final ChildPipe.Builder builder = ChildPipe.builder(port, PipeDirection.DUPLEX);

        assertThatThrownBy(() -> builder.buffer(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.buffer((1 << 24) + 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16777216");
    }

    @Test
    void isRefusedByAClosedPort() throws Exception {
        final CompletionPort closed = CompletionPort.open(recorder);
        closed.close();

        assertThatThrownBy(() -> ChildPipe.builder(closed, PipeDirection.DUPLEX).open())
                .isInstanceOf(PortClosedException.class);
    }
}

package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.internal.ChildProcessNative;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.DirectoryWatchNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.NamedPipeNative;
import io.github.iocp4j.internal.PipeConnect;
import io.github.iocp4j.internal.PortNative;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls that {@link HostileCallsTest} has found, repeated in every run. */
@Timeout(300)
final class KnownHostileCallsTest {
    private static final int SLICE = CanaryBuffers.SLICE;

    @TempDir
    private Path folder;

    @Test
    void childrenAreStartedWithSoundArgumentsOnly() throws Exception {
        final HostileNumbers numbers = new HostileNumbers(new Random(0));
        final HostileTargets targets = new HostileTargets(numbers);
        try (HostileVictims victims = new HostileVictims(numbers)) {
            targets.open();
            final long port = targets.port().id();
            final long pipe = targets.connections().get(0).key();
            final long[] opened = new long[4];
            for (final int[] settings : new int[][] {{-1, 0, 0, 0}, {3, 0, 0, 0}, {0, -1, 0, 0}, {0, 3, 0, 0},
                {0, 0, -1, 0}, {0, 0, 4, 0}, {0, 0, 0, -1}, {0, 0, 0, (1 << 24) + 1},
                {Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 0}}) {
                assertThat(ChildProcessNative.open(port, "cmd", null, null, settings[0], settings[1], settings[2],
                        settings[3], true, 0, opened)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            for (final String line : new String[] {null, "", "cmd\0.exe"}) {
                assertThat(start(port, line, null, 0, opened)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            assertThat(start(port, "cmd", "a\0b", 0, opened)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            assertThat(start(port, "cmd", null, 0, null)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            assertThat(start(port, "cmd", null, 0, new long[3])).isEqualTo(-Win32Error.INVALID_PARAMETER);
            assertThat(start(pipe, "cmd", null, 0, opened)).isEqualTo(-EngineError.PORT_CLOSED.code());
            assertThat(start(port, "cmd", null, pipe, opened)).isEqualTo(-EngineError.WRONG_DEVICE.code());
            assertThat(start(port, "cmd", null, port, opened)).isEqualTo(-EngineError.DEVICE_CLOSED.code());
            assertThat(opened).containsOnly(0);
            assertThat(ChildProcessNative.awaitExit(pipe, true, 0, -1)).as("a pipe is no process")
                    .isEqualTo(-EngineError.WRONG_DEVICE.code());
            assertThat(ChildProcessNative.kill(pipe, 0)).isEqualTo(-EngineError.WRONG_DEVICE.code());
            assertThat(ChildProcessNative.processes(pipe)).isEqualTo(-EngineError.WRONG_DEVICE.code());
            for (int i = 0; i < 1000; i++) {
                final long number = numbers.any();
                assertThat(ChildProcessNative.awaitExit(number, true, 0, -1)).isNegative();
                assertThat(ChildProcessNative.kill(number, 0)).isNegative();
                assertThat(ChildProcessNative.processes(number)).isNegative();
            }
            targets.close();
            victims.assertUnharmed();
        }
    }

    private static long start(
            final long port, final String line, final String folder, final long job, final long[] opened) {
        return ChildProcessNative.open(port, line, folder, null, 0, 0, 0, 0, true, job, opened);
    }

    @Test
    void ofKnownKindsAreRefused() throws Exception {
        final CanaryBuffers buffers = new CanaryBuffers();
        final HostileNumbers numbers = new HostileNumbers(new Random(0));
        final HostileTargets targets = new HostileTargets(numbers);
        try (HostileVictims victims = new HostileVictims(numbers)) {
            targets.open();
            final CompletionPort port = targets.port();
            final ByteBuffer slice = buffers.slice(0);
            final long pipe = targets.connections().get(0).key();
            final long[] counters = new long[NativeSnapshot.COUNTERS];

            assertThat(DeviceNative.read(pipe, null, 0, 0, 0, 0, -1)).isEqualTo(-EngineError.BAD_BUFFER.code());
            assertThat(DeviceNative.read(pipe, slice, SLICE, 1, 0, 0, -1)).isEqualTo(-EngineError.BAD_BUFFER.code());
            assertThat(DeviceNative.read(victims.port.id(), slice, 0, 1, 0, 0, -1)).as("a port is no device")
                    .isEqualTo(-EngineError.DEVICE_CLOSED.code());
            assertThat(DeviceNative.close(victims.port.id())).as("closed as far as devices go").isTrue();
            assertThat(DeviceNative.name(victims.port.id())).isEmpty();
            assertThat(PortNative.post(victims.pair.server.key(), 0, 0, 0)).as("a device is no port")
                    .isEqualTo(-EngineError.PORT_CLOSED.code());
            assertThat(PortNative.snapshot(victims.pair.server.key(), counters)).isNull();
            assertThat(PortNative.closePort(victims.pair.server.key())).isTrue();
            assertThat(NamedPipeNative.listen(victims.pair.server.key())).as("a connection is no server")
                    .isEqualTo(-EngineError.WRONG_DEVICE.code());
            assertThat(NamedPipeNative.accept(victims.pair.server.key(), 0, -1)).as("a connection is no server")
                    .isEqualTo(-EngineError.WRONG_DEVICE.code());
            assertThat(DeviceNative.close(pipe + (1L << 32))).as("a key to come").isTrue();
            assertThat(PortNative.closePort(port.id() + (1L << 32))).as("a port to come").isTrue();
            assertThat(PortNative.snapshot(port.id(), null)).isNull();
            assertThat(PortNative.snapshot(port.id(), new long[NativeSnapshot.COUNTERS - 1])).isNull();
            assertThat(PortNative.openPort(null, "x", 0, 0, 1, 1, false, 0)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            assertThat(PortNative.openPort(targets.dispatcher(), "x", 0, 0, 1, 1, false, 4))
                    .isEqualTo(-Win32Error.INVALID_PARAMETER);
            for (final int[] settings : new int[][] {{-1, 1, 1, 1}, {1025, 1, 1, 1}, {1, -1, 1, 1}, {1, 1025, 1, 1},
                {1, 1, 0, 1}, {1, 1, -1, 1}, {1, 1, 4097, 1}, {1, 1, 1, 0}, {1, 1, 1, -1}, {1, 1, 1, (1 << 24) + 1}}) {
                assertThat(PortNative.openPort(targets.dispatcher(), "x", settings[0], settings[1], settings[2],
                        settings[3], false, 0))
                        .as("%d %d %d %d", settings[0], settings[1], settings[2], settings[3])
                        .isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            final long nameless = NamedPipeNative.openClient(port.id(), null, 3, false, 1, true, true);
            assertThat(NamedPipeNative.connect(nameless, new PipeConnect())).isNegative();
            assertThat(NamedPipeNative.connect(nameless, null)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            assertThat(NamedPipeNative.connect(nameless, new PipeConnect())).as("connects once")
                    .isEqualTo(-Win32Error.PIPE_CONNECTED);
            assertThat(NamedPipeNative.openClient(port.id(), targets.server().name(), 4, false, 1, false, false))
                    .isEqualTo(-Win32Error.INVALID_PARAMETER);
            for (final int[] settings : new int[][] {{0, 0, 0, 0, 1, 1}, {4, 0, 0, 0, 1, 1}, {3, 2, 0, 0, 1, 1},
                {3, -1, 0, 0, 1, 1}, {3, 0, -1, 0, 1, 1}, {3, 0, 0, (1 << 24) + 1, 1, 1}, {3, 0, 0, 0, 0, 1},
                {3, 0, 0, 0, 256, 1}, {3, 0, 0, 0, 255, 1025}, {3, 0, 0, 0, 255, -2}}) {
                assertThat(NamedPipeNative.openServer(port.id(), HostileTargets.newPipe(), settings[0], settings[1],
                        settings[2], settings[3], settings[4], settings[5], false, false, "", 0))
                        .as("%d %d %d %d %d %d", settings[0], settings[1], settings[2], settings[3], settings[4],
                                settings[5])
                        .isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            assertThat(NamedPipeNative.openServer(
                    port.id(), null, 3, 0, 0, 0, 1, 1, false, false, null, 0)).isNegative();
            for (final ByteBuffer[] memory : WatchMemory.odd(buffers)) {
                assertThat(DirectoryWatchNative.open(port.id(), folder.toString(), 1, true, memory, 0))
                        .as("%s", (Object) memory)
                        .isIn(-(long) Win32Error.INVALID_PARAMETER, -(long) EngineError.BAD_BUFFER.code());
            }
            for (final int filter : new int[] {0, 0x80, 0x200, -1, Integer.MIN_VALUE}) {
                assertThat(DirectoryWatchNative.open(port.id(), folder.toString(), filter, true, WatchMemory.sound(),
                        0))
                        .isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            assertThat(DirectoryWatchNative.open(pipe, folder.toString(), 1, true, WatchMemory.sound(), 0))
                    .isEqualTo(-EngineError.PORT_CLOSED.code());
            assertThat(DirectoryWatchNative.open(port.id(), null, 1, true, WatchMemory.sound(), 0)).isNegative();
            assertThat(DirectoryWatchNative.start(pipe)).as("a pipe is no directory")
                    .isEqualTo(-EngineError.WRONG_DEVICE.code());
            assertThat(DirectoryWatchNative.start(port.id())).isEqualTo(-EngineError.DEVICE_CLOSED.code());
            targets.close();
            buffers.assertAlive();
            victims.assertUnharmed();
        }
    }
}

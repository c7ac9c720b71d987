package io.github.iocp4j.socket;

import static io.github.iocp4j.fixtures.PipePair.buffer;
import static io.github.iocp4j.fixtures.PipePair.text;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.FileRange;
import io.github.iocp4j.fixtures.Garbage;
import io.github.iocp4j.fixtures.OtherChannel;
import io.github.iocp4j.fixtures.RecordedPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
final class StreamSocketTest extends RecordedPort {
    @TempDir
    private static Path folder;

    private SocketPair pair;

    @BeforeEach
    void open() throws Exception {
        pair = SocketPair.open(port, recorder);
    }

    @Test
    void dataGoesBothWays() throws Exception {
        final ByteBuffer answer = ByteBuffer.allocateDirect(16);
        pair.client.write(buffer("question"), 1);
        pair.server.read(answer, 2);
        final Map<Long, Recorder.Completion> there = recorder.nextByToken(2);
        assertThat(text(answer, there.get(2L).bytes)).isEqualTo("question");
        assertThat(there.get(2L).device).isSameAs(pair.server);
        pair.server.write(buffer("answer"), 3);
        pair.client.read(answer, 4);
        assertThat(text(answer, recorder.nextByToken(2).get(4L).bytes)).isEqualTo("answer");
    }

    @Test
    void severalBuffersAreOneOperation() throws Exception {
        final ByteBuffer[] out = {buffer("abc"), ByteBuffer.allocateDirect(0), buffer("xdefx").position(1).limit(4)};
        final ByteBuffer[] in = {ByteBuffer.allocateDirect(2), ByteBuffer.allocateDirect(8).position(3)};
        pair.client.writeGather(out, 1);
        assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(6);
        pair.server.readScatter(in, 2);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(6);
        assertThat(text(in[0], 2)).isEqualTo("ab");
        assertThat(text(in[1], 7).substring(3)).isEqualTo("cdef");
        assertThat(in[1].position()).as("positions stay").isEqualTo(3);
    }

    @Test
    void buffersInFlightAreKeptAliveWhateverBecomesOfTheArray() throws Exception {
        final ByteBuffer[] in = {ByteBuffer.allocateDirect(4), ByteBuffer.allocateDirect(4)};
        final List<WeakReference<ByteBuffer>> buffers = Stream.of(in).map(WeakReference::new).collect(toList());
        pair.server.readScatter(in, 1);
        in[0] = null;
        in[1] = ByteBuffer.allocate(4);
        Garbage.collect();
        assertThat(buffers).noneMatch(buffer -> buffer.get() == null);

        pair.client.write(buffer("12345678"), 2);
        assertThat(recorder.nextByToken(2).get(1L).bytes).isEqualTo(8);

        Garbage.awaitCollected(buffers);
    }

    @Test
    void badBuffersAreRefused() {
        final ByteBuffer good = ByteBuffer.allocateDirect(4);
        final ByteBuffer heap = ByteBuffer.allocate(4);
        final ByteBuffer[] tooMany = new ByteBuffer[65];
        Arrays.fill(tooMany, good);
        assertThatThrownBy(() -> pair.client.readScatter(new ByteBuffer[0], 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("from 1 to 64");
        assertThatThrownBy(() -> pair.client.writeGather(tooMany, 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("65 buffers");
        assertThatThrownBy(() -> pair.client.readScatter(new ByteBuffer[] {good, heap}, 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("heap");
        assertThatThrownBy(() -> pair.client.writeGather(new ByteBuffer[] {good, null}, 0))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pair.client.readScatter(new ByteBuffer[] {good.asReadOnlyBuffer()}, 0))
                .isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> pair.client.takeFirst(heap)).isInstanceOf(IllegalArgumentException.class);
        assertThat(recorder.isEmpty()).isTrue();
    }

    @Test
    void listOfBuffersIsOneOperationAndIsReadWhenItStarts() throws Exception {
        final BufferList list = new BufferList();
        pair.client.writeFrom(list.add(buffer("abc")).add(buffer("xdefx").position(1).limit(4)), 1);
        assertThat(list.size()).isEqualTo(2);
        assertThat(list.remaining()).isEqualTo(6);
        assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(6);
        final ByteBuffer[] in = {ByteBuffer.allocateDirect(2), ByteBuffer.allocateDirect(8).position(3)};
        pair.server.readInto(list.clear().add(in[0]).add(in[1]), LONG, 2);
        list.clear();
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(6);
        assertThat(text(in[0], 2) + text(in[1], 7).substring(3)).isEqualTo("abcdef");
        assertThat(in[1].position()).as("positions stay").isEqualTo(3);
    }

    @Test
    void buffersOfAListAreKeptAliveUntilTheCompletionAndNoLonger() throws Exception {
        final BufferList list = new BufferList();
        for (int round = 0; round < 3; round++) {
            final List<WeakReference<ByteBuffer>> buffers = readIntoWhatIsDropped(list);
            Garbage.collect();
            assertThat(buffers).noneMatch(buffer -> buffer.get() == null);
            pair.client.write(buffer("12345678"), 2);
            assertThat(recorder.nextByToken(2).get(1L).bytes).isEqualTo(8);
            Garbage.awaitCollected(buffers);
        }
    }

    /** A method of its own so that no local variable keeps the buffers. */
    private List<WeakReference<ByteBuffer>> readIntoWhatIsDropped(final BufferList list) {
        final ByteBuffer[] in = {ByteBuffer.allocateDirect(4), ByteBuffer.allocateDirect(4)};
        pair.server.readInto(list.add(in[0]).add(in[1]), 1);
        list.clear();
        return Stream.of(in).map(WeakReference::new).collect(toList());
    }

    @Test
    void severalBuffersHaveADeadlineAndCanBeCancelled() throws Exception {
        final ByteBuffer[] in = {ByteBuffer.allocateDirect(2), ByteBuffer.allocateDirect(8)};
        final BufferList list = new BufferList().add(in[0]).add(in[1]);
        pair.server.readScatter(in, Duration.ofMillis(20), 1);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
        pair.server.readInto(list, Duration.ofMillis(20), 2);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
        assertThat(pair.server.cancel(pair.server.readInto(list, 3))).isTrue();
        assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
        assertThatThrownBy(() -> pair.server.readScatter(in, Duration.ZERO, 4))
                .isInstanceOf(IllegalArgumentException.class);
        pair.client.writeGather(new ByteBuffer[] {buffer("ab"), buffer("cd")}, LONG, 5);
        assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(4);
        pair.client.writeFrom(list.clear().add(buffer("ef")), LONG, 6);
        assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(2);
        assertThat(receive(6)).as("aborted reads have taken nothing").isEqualTo("abcdef");
        pair.server.readInto(list, 7);
        pair.server.close();
        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        assertThatThrownBy(() -> pair.server.readInto(list, 8)).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> pair.server.writeFrom(list, 8)).isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void badListsAreRefused() {
        final BufferList list = new BufferList();
        assertThatThrownBy(() -> pair.client.readInto(list, 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("from 1 to 64");
        assertThatThrownBy(() -> list.add(ByteBuffer.allocate(4)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("heap");
        assertThatThrownBy(() -> list.add(null)).isInstanceOf(NullPointerException.class);
        list.add(ByteBuffer.allocateDirect(4).asReadOnlyBuffer());
        assertThatThrownBy(() -> pair.client.readInto(list, 0)).isInstanceOf(ReadOnlyBufferException.class);
        final ByteBuffer good = ByteBuffer.allocateDirect(4);
        while (list.size() < BufferList.CAPACITY) {
            list.add(good);
        }
        assertThatThrownBy(() -> list.add(good)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("64 buffers");
        assertThat(list).hasToString("BufferList[64 buffers, 256 bytes]");
        final ByteBuffer large = ByteBuffer.allocateDirect(1 << 26);
        list.clear();
        for (int i = 0; i < 32; i++) {
            list.add(large);
        }
        assertThatThrownBy(() -> pair.client.writeFrom(list, 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2147483648 bytes");
        assertThat(recorder.isEmpty()).isTrue();
    }

    @Test
    void zeroLengthReadWaitsForDataAndLeavesIt() throws Exception {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(8);
        pair.server.read(buffer.limit(0), 1);
        pair.client.write(buffer("data"), 2);
        assertThat(recorder.nextByToken(2).get(1L).bytes).isZero();
        pair.server.read(buffer.clear(), 3);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(4);
    }

    @Test
    void shutdownOutputEndsOneDirection() throws Exception {
        pair.client.shutdownOutput();
        final ByteBuffer buffer = ByteBuffer.allocateDirect(8);
        pair.server.read(buffer, 1);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).as("the end").isZero();
        pair.server.write(buffer("still"), 2);
        recorder.nextSuccess(Opcode.WRITE);
        pair.client.read(buffer, 3);
        assertThat(text(buffer, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("still");
        pair.client.write(buffer("x"), 4);
        assertThat(recorder.next().status).isEqualTo(Win32Error.WSAESHUTDOWN);
    }

    @Test
    void shutdownInputEndsReadsInFlightAndLaterOnes() throws Exception {
        final List<Boolean> ends = Collections.synchronizedList(new ArrayList<>());
        final Semaphore heard = new Semaphore(0);
        recorder.divertTo(completion -> {
            ends.add(completion.isEnd() && completion.status() == Win32Error.SUCCESS && completion.bytes() == 0);
            heard.release();
        });
        final ByteBuffer buffer = ByteBuffer.allocateDirect(8);
        pair.server.read(buffer, 1);
        pair.server.readInto(new BufferList().add(buffer).add(buffer), LONG, 2);
        // This one waits for data, which never comes: it learns of the end, too.
        pair.server.read(buffer.duplicate().limit(0), 3);
        pair.server.shutdownInput();
        assertThat(heard.tryAcquire(3, Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        pair.server.shutdownInput();
        pair.server.read(buffer, 4);
        pair.server.read(buffer.duplicate().limit(0), Duration.ofMillis(1), 5);
        assertThat(heard.tryAcquire(2, Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(ends).containsExactly(true, true, true, true, true);
        assertThat(pair.server.bytesAvailable()).isZero();

        recorder.divertTo(null);
        pair.server.write(buffer("still"), 6);
        recorder.nextSuccess(Opcode.WRITE);
        pair.client.read(buffer, 7);
        assertThat(text(buffer, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("still");
    }

    @Test
    void closedSocketHasNoInput() {
        pair.server.close();
        assertThatThrownBy(pair.server::shutdownInput).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(pair.server::bytesAvailable).isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void bytesAvailableCountsWhatHasArrived() throws Exception {
        assertThat(pair.server.bytesAvailable()).isZero();
        final ByteBuffer buffer = ByteBuffer.allocateDirect(3);
        pair.server.read(buffer.duplicate().limit(0), 1);
        pair.client.write(buffer("12345"), 2);
        recorder.next(2);
        assertThat(pair.server.bytesAvailable()).isEqualTo(5);
        pair.server.read(buffer, 3);
        recorder.nextSuccess(Opcode.READ);
        assertThat(pair.server.bytesAvailable()).isEqualTo(2);
    }

    @Test
    void disconnectSendsEverythingThenTheEnd() throws Exception {
        final int length = 1 << 20;
        pair.client.write(ByteBuffer.allocateDirect(length), 1);
        pair.client.disconnect(AfterDisconnect.CLOSE, 2);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        int total = 0;
        int ended = 0;
        pair.server.read(buffer, 3);
        while (ended < 3) {
            final Recorder.Completion done = recorder.next();
            assertThat(done.status).as(done.toString()).isZero();
            if (done.opcode != Opcode.READ || done.bytes == 0) {
                ended++;
            } else {
                total += done.bytes;
                pair.server.read(buffer, 3);
            }
        }
        assertThat(total).isEqualTo(length);
    }

    @Test
    void resetAndAbortStayDifferent() throws Exception {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(8);
        pair.server.read(buffer, 1);
        pair.client.option(StandardSocketOptions.SO_LINGER, 0);
        pair.client.close();
        assertThat(recorder.next().status).isEqualTo(Win32Error.WSAECONNRESET);

        final SocketPair other = SocketPair.open(port, recorder);
        final long read = other.server.read(buffer, 2);
        assertThat(other.server.cancel(read)).isTrue();
        assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
        other.server.read(buffer.clear().limit(8), Duration.ofMillis(20), 3);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
        other.server.read(buffer, 4);
        other.server.close();
        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        assertThatThrownBy(() -> other.server.read(buffer, 5)).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> other.server.readScatter(new ByteBuffer[] {buffer}, 5))
                .isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> other.server.disconnect(AfterDisconnect.CLOSE, 5))
                .isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(other.server::shutdownOutput).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(other.server::localAddress).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> other.server.takeFirst(buffer)).isInstanceOf(DeviceClosedException.class);
        assertThat(other.server.remoteAddress()).as("for the log").isNotNull();
    }

    @Test
    void filesAreSentWithHeadAndTail() throws Exception {
        final Path file = Files.writeString(folder.resolve("ünicode file"), "0123456789");
        pair.client.transmitFile(file, FileRange.from(2).length(5), buffer("<"), buffer("x>").position(1), 1);
        assertThat(recorder.nextSuccess(Opcode.TRANSMIT_FILE).bytes).isEqualTo(7);
        assertThat(receive(7)).isEqualTo("<23456>");
        pair.client.transmitFile(file, 2);
        assertThat(recorder.nextSuccess(Opcode.TRANSMIT_FILE).bytes).isEqualTo(10);
        assertThat(receive(10)).isEqualTo("0123456789");
        Files.delete(file);
    }

    @Test
    void whatIsNoFileIsNotSent() throws Exception {
        final Path file = Files.writeString(folder.resolve("file"), "0123456789");
        assertThatThrownBy(() -> pair.client.transmitFile(folder.resolve("missing"), 1))
                .isInstanceOf(NoSuchFileException.class).hasMessageContaining("missing")
                .satisfies(thrown -> assertThat(Win32Exception.codeOf(thrown)).isEqualTo(Win32Error.FILE_NOT_FOUND));
        assertThatThrownBy(() -> pair.client.transmitFile(folder, 1)).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> pair.client.transmitOpenFile(pair.server, FileRange.from(0), null, null, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("is not a file");
        final FileRange tooMuch = FileRange.from(0).length(Integer.MAX_VALUE);
        assertThatThrownBy(() -> pair.client.transmitFile(file, tooMuch, null, null, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("2147483646 bytes at most");
        assertThatThrownBy(() -> pair.client.transmitFile(file, FileRange.from(0), ByteBuffer.allocate(1), null, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("heap");
        pair.server.close();
        assertThatThrownBy(() -> pair.client.transmitOpenFile(pair.server, FileRange.from(0), null, null, 1))
                .isInstanceOf(DeviceClosedException.class);
        assertThat(recorder.isEmpty()).isTrue();
    }

    @Test
    void filesOfTheJdkAreSent() throws Exception {
        final Path file = Files.writeString(folder.resolve("file"), "0123456789");
        try (FileChannel channel = FileChannel.open(file)) {
            channel.position(3);
            pair.client.transmitOpenFile(channel, FileRange.from(2).length(5), buffer("<"), buffer(">"), 1);
            assertThat(recorder.nextSuccess(Opcode.TRANSMIT_FILE).bytes).isEqualTo(7);
            assertThat(receive(7)).isEqualTo("<23456>");
            assertThat(channel.position()).isEqualTo(3);
            final ByteBuffer rest = ByteBuffer.allocate(10);
            assertThat(channel.read(rest)).as("the channel reads on where it was").isEqualTo(7);
        }
        try (FileInputStream stream = new FileInputStream(file.toFile())) {
            pair.client.transmitOpenFile(stream.getChannel(), FileRange.from(8), null, null, 2);
        }
        assertThat(recorder.nextSuccess(Opcode.TRANSMIT_FILE).bytes).as("the channel was closed meanwhile")
                .isEqualTo(2);
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
            pair.client.transmitOpenFile(random.getChannel(), FileRange.from(0).length(1), null, null, 3);
            assertThat(recorder.nextSuccess(Opcode.TRANSMIT_FILE).bytes).isEqualTo(1);
        }
        assertThat(receive(3)).isEqualTo("890");
        Files.delete(file);
    }

    @Test
    void channelsWithoutAKnownHandleAreRefused() throws Exception {
        final Path file = Files.writeString(folder.resolve("file"), "0123456789");
        final FileChannel closed = FileChannel.open(file);
        closed.close();
        assertThatThrownBy(() -> send(closed)).isInstanceOf(ClosedChannelException.class);
        try (FileChannel writeOnly = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> send(writeOnly)).isInstanceOf(NonReadableChannelException.class);
            assertThat(writeOnly.isOpen()).isTrue();
        }
        try (FileChannel other = new OtherChannel()) {
            assertThatThrownBy(() -> send(other)).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("read the channel into a direct buffer");
        }
        try (FileChannel device = FileChannel.open(Path.of("NUL"))) {
            assertThatThrownBy(() -> send(device)).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("a file on a disk");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            assertThatThrownBy(() -> pair.client.transmitOpenFile(channel, FileRange.from(0).length(0), null, null, 1))
                    .isInstanceOf(IllegalArgumentException.class);
            pair.client.close();
            assertThatThrownBy(() -> send(channel)).isInstanceOf(DeviceClosedException.class);
        }
        assertThat(recorder.isEmpty()).isTrue();
        Files.delete(file);
    }

    /** The number of a handle that another thread closes may at once be that of another file. */
    @Test
    void aChannelThatIsClosedMeanwhileNeverSendsAnotherFile() throws Exception {
        final Path file = Files.writeString(folder.resolve("file"), "F");
        final Path other = Files.writeString(folder.resolve("other"), "X");
        int sent = 0;
        for (int round = 0; round < 200; round++) {
            final FileChannel channel = FileChannel.open(file);
            final Thread closer = new Thread(() -> {
                try {
                    channel.close();
                    FileChannel.open(other).close();
                } catch (final IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
            closer.start();
            try {
                send(channel);
                sent++;
            } catch (final ClosedChannelException closed) {
                // As it should be, if the close came first.
            }
            closer.join();
        }
        for (int i = 0; i < sent; i++) {
            assertThat(recorder.nextSuccess(Opcode.TRANSMIT_FILE).bytes).isEqualTo(1);
        }
        assertThat(receive(sent)).isEqualTo("F".repeat(sent));
    }

    private long send(final FileChannel channel) throws IOException {
        return pair.client.transmitOpenFile(channel, FileRange.from(0).length(1), null, null, 1);
    }

    @Test
    void addressesOfBothEndsMatch() throws Exception {
        assertThat(pair.client.remoteAddress()).isEqualTo(pair.server.localAddress());
        assertThat(pair.server.remoteAddress()).isEqualTo(pair.client.localAddress());
        assertThat(pair.server.toString()).contains("127.0.0.1:");
    }

    private String receive(final int length) throws Exception {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        int total = 0;
        while (total < length) {
            pair.server.read(buffer.clear().limit(length).position(total), 9);
            total += recorder.nextSuccess(Opcode.READ).bytes;
        }
        return text(buffer, length);
    }
}

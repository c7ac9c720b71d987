package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Mechanism;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The close of a socket over a pipe, of one of its directions, and of its peer. */
@Timeout(120)
final class PipeSocketCloseTest {
    private static final int MEBIBYTE = 1 << 20;

    @ParameterizedTest
    @EnumSource(names = {"COMPLETION_PORT", "EVENT"})
    void closeEndsARead(final Mechanism mechanism) throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open(mechanism)) {
            final InputStream in = pair.client.getInputStream();
            final Waiting<Integer> read = Waiting.enter(in::read);
            pair.client.close();
            assertThat(read.thrown()).isExactlyInstanceOf(SocketException.class).hasMessage("Socket closed");
            assertThatThrownBy(in::read).isInstanceOf(SocketException.class).hasMessage("Socket closed");
            assertThat(pair.server.getInputStream().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETION_PORT", "EVENT"})
    void closeEndsAReadWithATimeoutAndTheOneThatQueues(final Mechanism mechanism) throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open(mechanism)) {
            pair.client.setSoTimeout(1_000_000);
            final InputStream in = pair.client.getInputStream();
            final Waiting<Integer> first = Waiting.enter(in::read);
            final Waiting<Integer> second = Waiting.enter(in::read);
            assertThat(in.available()).as("without a wait").isZero();
            in.close();
            assertThat(first.thrown()).hasMessage("Socket closed");
            assertThat(second.thrown()).hasMessage("Socket closed");
            assertThat(pair.client.isClosed()).isTrue();
        }
    }

    @Test
    void closeEndsAWriteAndDoesNotFlush() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final Waiting<Void> write = Waiting.enter(() -> {
                pair.client.getOutputStream().write(new byte[10 * MEBIBYTE]);
                return null;
            });
            pair.client.close();
            assertThat(write.thrown()).isExactlyInstanceOf(SocketException.class).hasMessage("Socket closed");
        }
    }

    @Test
    void whatWasWrittenCanBeReadAfterTheClose() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            pair.server.getOutputStream().write("last words".getBytes(UTF_8));
            pair.server.close();
            assertThat(pair.client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("last words");
        }
    }

    @Test
    void aWriteToAPeerThatHasGoneSaysPipeClosed() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final Waiting<Void> write = Waiting.enter(() -> {
                pair.client.getOutputStream().write(new byte[10 * MEBIBYTE]);
                return null;
            });
            pair.server.close();
            assertThat(write.thrown()).isInstanceOf(IOException.class).hasMessage("Pipe closed")
                    .hasCauseInstanceOf(Win32Exception.class);
            assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
            assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void streamsKeptAfterTheCloseSaySocketClosed() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final InputStream in = pair.client.getInputStream();
            final OutputStream out = pair.client.getOutputStream();
            pair.client.close();
            assertThatThrownBy(in::read).hasMessage("Socket closed");
            assertThatThrownBy(in::available).hasMessage("Socket closed");
            assertThatThrownBy(() -> out.write(1)).hasMessage("Socket closed");
            out.flush();
            in.close();
            out.close();
            assertThatThrownBy(pair.client::getInputStream).hasMessage("Socket closed");
            assertThatThrownBy(pair.client::getOutputStream).hasMessage("Socket closed");
            assertThatThrownBy(pair.client::shutdownInput).hasMessage("Socket closed");
            assertThatThrownBy(pair.client::shutdownOutput).hasMessage("Socket closed");
            assertThatThrownBy(pair.client::pipe).hasMessage("Socket closed");
            assertThat(pair.client.isConnected()).as("as with TCP").isTrue();
        }
    }

    @Test
    void messagesHaveAHalfClose() throws Exception {
        final String name = PipePair.newName();
        try (PipeServerSocket listening = new PipeServerSocket(
                NamedPipeServer.builder(Streams.port(), name).mode(PipeMode.MESSAGE), 1);
                SocketPairOnPipe pair = SocketPairOnPipe.connect(listening)) {
            final CompletableFuture<byte[]> request = OtherEnd.run(() -> pair.server.getInputStream().readAllBytes());
            pair.client.getOutputStream().write(new byte[100_000]);
            pair.client.shutdownOutput();
            assertThat(request.get()).hasSize(100_000);
            assertThat(pair.server.getInputStream().read()).isEqualTo(-1);
            assertThat(pair.client.isOutputShutdown()).isTrue();
            assertThatThrownBy(pair.client::getOutputStream).hasMessage("Socket output is shutdown");
            assertThatThrownBy(pair.client::shutdownOutput).hasMessage("Socket output is already shutdown");
            pair.server.getOutputStream().write(new byte[] {1, 2});
            pair.server.shutdownOutput();
            assertThat(pair.client.getInputStream().readAllBytes()).containsExactly(1, 2);
        }
    }

    @Test
    void bytesHaveNoHalfClose() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            assertThatThrownBy(pair.client::shutdownOutput).isInstanceOf(SocketException.class)
                    .hasMessageContaining("message mode");
            assertThat(pair.client.isOutputShutdown()).isFalse();
            pair.client.getOutputStream().write(1);
            assertThat(pair.server.getInputStream().read()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETION_PORT", "EVENT"})
    void shutdownInputEndsARead(final Mechanism mechanism) throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open(mechanism)) {
            final InputStream in = pair.client.getInputStream();
            final Waiting<Integer> read = Waiting.enter(in::read);
            pair.client.shutdownInput();
            assertThat(read.get()).isEqualTo(-1);
            assertThat(in.read()).isEqualTo(-1);
            assertThat(pair.client.isInputShutdown()).isTrue();
            assertThatThrownBy(pair.client::getInputStream).hasMessage("Socket input is shutdown");
            pair.client.getOutputStream().write(1);
            assertThat(pair.server.getInputStream().read()).isEqualTo(1);
        }
    }
}

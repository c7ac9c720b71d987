package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Mechanism;
import io.github.iocp4j.fixtures.PipePair;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A platform thread that reads a pipe waits in the kernel itself, and can be woken at any time. */
@Timeout(300)
final class WaitedReadTest {
    private static final int BYTES = 5_000;

    @Test
    void needsNoWorker() throws Exception {
        final CountDownLatch busy = new CountDownLatch(1);
        final CountDownLatch done = new CountDownLatch(1);
        try (CompletionPort port = CompletionPort.builder(Streams.listener(completion -> {
            busy.countDown();
            awaitUninterrupted(done);
        })).workers(1).open();
                PipeServerSocket listening = new PipeServerSocket(PipePair.newName());
                PipeSocket client = new PipeSocket(port)) {
            client.connect(listening.getLocalSocketAddress());
            try (PipeSocket server = listening.accept()) {
                port.post(0, 0, 0);
                busy.await();
                final Waiting<Integer> read = Waiting.enter(client.getInputStream()::read);
                server.getOutputStream().write(5);
                assertThat(read.get()).isEqualTo(5);
            } finally {
                done.countDown();
            }
        }
    }

    @Test
    void isDoneByTheWorkersOfAPortWithEvents() throws Exception {
        try (CompletionPort port =
                CompletionPort.builder(Streams.listener()).mechanism(Mechanism.EVENT).workers(1).open();
                PipeServerSocket listening = new PipeServerSocket(PipePair.newName());
                PipeSocket client = new PipeSocket(port)) {
            client.connect(listening.getLocalSocketAddress());
            try (PipeSocket server = listening.accept()) {
                final Waiting<Integer> read = Waiting.enter(client.getInputStream()::read);
                server.getOutputStream().write(5);
                assertThat(read.get()).isEqualTo(5);
            }
        }
    }

    @Test
    void anInterruptBeforeTheReadEndsIt() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final InputStream in = pair.client.getInputStream();
            for (int i = 0; i < 3; i++) {
                Thread.currentThread().interrupt();
                assertThatThrownBy(in::read).isExactlyInstanceOf(InterruptedIOException.class);
                assertThat(Thread.interrupted()).as("still interrupted").isTrue();
            }
            pair.server.getOutputStream().write(7);
            assertThat(in.read()).isEqualTo(7);
        }
    }

    @Test
    void anInterruptedThreadReadsWhatHasCome() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            pair.server.getOutputStream().write(7);
            Thread.currentThread().interrupt();
            assertThat(pair.client.getInputStream().read()).isEqualTo(7);
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        }
    }

    @Test
    void interruptsAtAnyTimeLoseNoByte() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final InputStream in = pair.client.getInputStream();
            final Thread reader = Thread.currentThread();
            final CountDownLatch received = new CountDownLatch(1);
            final CompletableFuture<Void> sent = OtherEnd.run(() -> {
                final OutputStream out = pair.server.getOutputStream();
                for (int i = 0; i < BYTES; i++) {
                    out.write(i);
                }
                return null;
            });
            final CompletableFuture<Void> interrupting = OtherEnd.run(() -> {
                while (received.getCount() > 0) {
                    reader.interrupt();
                    Thread.yield();
                }
                return null;
            });
            for (int i = 0; i < BYTES; i++) {
                assertThat(readInSpiteOfInterrupts(in)).isEqualTo(i & 0xFF);
            }
            received.countDown();
            joinInSpiteOfInterrupts(interrupting);
            sent.get();
            pair.server.close();
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void anInterruptEndsOneReadOnly() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final InputStream in = pair.client.getInputStream();
            final Waiting<Integer> interrupted = Waiting.enter(in::read);
            interrupted.interrupt();
            assertThat(interrupted.thrown()).isExactlyInstanceOf(InterruptedIOException.class);
            pair.server.getOutputStream().write(9);
            assertThat(in.read()).isEqualTo(9);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1_000_000})
    void anInterruptWithoutItsCallbackEndsTheRead(final int timeout) throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            pair.client.setSoTimeout(timeout);
            final InputStream in = pair.client.getInputStream();
            final FutureTask<Integer> read = new FutureTask<>(in::read);
            final Thread reader = new InterruptedJustBeforeItWaits(read);
            reader.start();
            assertThatThrownBy(() -> read.get(1, TimeUnit.MINUTES))
                    .hasCauseExactlyInstanceOf(InterruptedIOException.class);
            reader.join();
            pair.server.getOutputStream().write(3);
            assertThat(in.read()).isEqualTo(3);
        }
    }

    private static int readInSpiteOfInterrupts(final InputStream in) throws IOException {
        for (;;) {
            try {
                return in.read();
            } catch (final InterruptedIOException interrupted) {
                Thread.interrupted();
            }
        }
    }

    private static void joinInSpiteOfInterrupts(final CompletableFuture<Void> end) {
        end.join();
        Thread.interrupted();
    }

    private static void awaitUninterrupted(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /**
     * Has its interrupt status set right after {@code AbstractInterruptibleChannel.begin} has looked at it. Up to Java
     * 21 an interrupt by another thread may do that, too, without a call of what {@code begin} has registered.
     */
    private static final class InterruptedJustBeforeItWaits extends Thread {
        InterruptedJustBeforeItWaits(final Runnable body) {
            super(body, "interrupted just before it waits");
            setDaemon(true);
        }

        @Override
        public boolean isInterrupted() {
            final boolean interrupted = super.isInterrupted();
            if (begins()) {
                // Of the own thread, which sets the status only.
                interrupt();
            }
            return interrupted;
        }

        private static boolean begins() {
            return StackWalker.getInstance().walk(
                    frames -> frames.anyMatch(frame -> frame.getMethodName().equals("begin")));
        }
    }
}

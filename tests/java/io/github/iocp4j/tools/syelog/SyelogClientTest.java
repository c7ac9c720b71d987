package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyelogClientTest {
    private static final ByteBuffer MESSAGE = ByteBuffer.allocate(0);

    private final FakeTransport pipe = new FakeTransport();
    // Near the end of the clock's range, which it is free to go beyond.
    private long now = Long.MAX_VALUE - 1;
    private final SyelogClient client = new SyelogClient(pipe, () -> now);

    @Test
    void connectsWithTheFirstMessage() {
        assertThat(pipe.calls).isEmpty();
        assertThat(client.send(MESSAGE)).isTrue();
        assertThat(client.send(MESSAGE)).isTrue();
        assertThat(pipe.calls).containsExactly("connect", "write", "write");
    }

    @Test
    void closesWhatIsOpen() {
        client.close();
        assertThat(pipe.calls).isEmpty();

        client.send(MESSAGE);
        client.close();
        client.close();
        assertThat(pipe.calls).containsExactly("connect", "write", "flush", "disconnect");
    }

    @Test
    void reportsWhenTheDaemonHasNotReadEverything() {
        assertThat(client.flush()).as("nothing is written").isTrue();
        client.send(MESSAGE);
        assertThat(client.flush()).isTrue();

        pipe.failures.add(Win32Error.BROKEN_PIPE);
        assertThat(client.flush()).isFalse();
        assertThat(client.lastFailure().code()).isEqualTo(Win32Error.BROKEN_PIPE);
        assertThat(pipe.calls).containsExactly("connect", "write", "flush", "flush");
    }

    @Test
    void triesNothingForFiveMinutesAfterItCouldNotConnect() {
        pipe.failures.add(Win32Error.FILE_NOT_FOUND);

        assertThat(client.send(MESSAGE)).isFalse();
        assertThat(client.lastFailure().code()).isEqualTo(Win32Error.FILE_NOT_FOUND);
        now += Duration.ofMinutes(5).toNanos() - 1;
        assertThat(client.send(MESSAGE)).isFalse();
        assertThat(pipe.calls).containsExactly("connect");

        now++;
        assertThat(client.send(MESSAGE)).isTrue();
        assertThat(pipe.calls).containsExactly("connect", "connect", "write");
    }

    @Test
    void connectsOnceMoreWhenAWriteFails() {
        pipe.failures.addAll(List.of(0, Win32Error.NO_DATA));

        assertThat(client.send(MESSAGE)).isTrue();
        assertThat(pipe.calls).containsExactly("connect", "write", "disconnect", "connect", "write");
    }

    @Test
    void countsWhatADaemonMayNotHaveReadWhenItConnectsOnceMore() {
        pipe.failures.addAll(List.of(0, 0, 0, 0, Win32Error.NO_DATA));
        pipe.unread = 2;

        client.send(MESSAGE);
        client.send(MESSAGE);
        client.send(MESSAGE);
        client.confirm();
        assertThat(client.unconfirmed()).isZero();
        assertThat(client.send(MESSAGE)).isTrue();
        assertThat(client.unconfirmed()).isEqualTo(2);

        pipe.unread = 1;
        client.close();
        client.close();
        assertThat(client.unconfirmed()).as("of both connections").isEqualTo(3);
        assertThat(pipe.calls).containsExactly("connect", "write", "write", "write", "confirm", "write", "disconnect",
                "connect", "write", "flush", "disconnect");
    }

    @Test
    void dropsAMessageThatFailsTwice() {
        pipe.failures.addAll(List.of(0, Win32Error.NO_DATA, 0, Win32Error.BROKEN_PIPE));

        assertThat(client.send(MESSAGE)).isFalse();
        assertThat(client.lastFailure().code()).isEqualTo(Win32Error.BROKEN_PIPE);
        assertThat(pipe.calls).containsExactly("connect", "write", "disconnect", "connect", "write");
    }

    @Test
    void dropsAMessageWhenTheDaemonIsGoneForGood() {
        pipe.failures.addAll(List.of(0, 0, Win32Error.NO_DATA, Win32Error.FILE_NOT_FOUND));

        assertThat(client.send(MESSAGE)).isTrue();
        assertThat(client.send(MESSAGE)).isFalse();
        assertThat(client.send(MESSAGE)).isFalse();
        assertThat(pipe.calls).containsExactly("connect", "write", "write", "disconnect", "connect");
    }

    @Test
    void keepsTheConnectionWhenOnlyTheImpersonationLevelIsWrong() {
        pipe.failures.addAll(List.of(0, Win32Error.BAD_IMPERSONATION_LEVEL));

        assertThat(client.send(MESSAGE)).isFalse();
        assertThat(client.send(MESSAGE)).isTrue();
        assertThat(pipe.calls).containsExactly("connect", "write", "write");
    }

    /** Notes the calls, and fails them with the given codes in turn; 0 and no code mean success. */
    private static final class FakeTransport implements SyelogTransport {
        private final List<String> calls = new ArrayList<>();
        private final Deque<Integer> failures = new ArrayDeque<>();
        private long unread;

        @Override
        public void connect() throws Win32Exception {
            call("connect");
        }

        @Override
        public void write(final ByteBuffer message) throws Win32Exception {
            call("write");
        }

        @Override
        public void flush() throws Win32Exception {
            call("flush");
        }

        @Override
        public void confirm() {
            calls.add("confirm");
        }

        @Override
        public long disconnect() {
            calls.add("disconnect");
            return unread;
        }

        private void call(final String name) throws Win32Exception {
            calls.add(name);
            final Integer code = failures.poll();
            if (code != null && code != 0) {
                throw new Win32Exception(name, code);
            }
        }
    }
}

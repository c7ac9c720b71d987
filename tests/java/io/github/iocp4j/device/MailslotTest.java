package io.github.iocp4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Wine;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both ends of a mailslot. */
@Timeout(120)
final class MailslotTest extends CheckedPort {
    private final ByteBuffer room = ByteBuffer.allocateDirect(64);
    private final String name = PipePair.newName();

    @Test
    void carriesMessages() throws Exception {
        final MailslotServer server = open(MailslotServer.builder(port, name));
        final MailslotClient client = MailslotClient.open(port, name);

        client.write(PipePair.buffer("one"), 1);
        client.write(PipePair.buffer("three"), 2);
        recorder.next(2);
        assertThat(server.messages()).isEqualTo(2);
        assertThat(server.nextLength()).isEqualTo(3);
        server.read(room.clear().limit(2), 3);
        assertThat(recorder.next().status).isEqualTo(Win32Error.INSUFFICIENT_BUFFER);
        server.read(room.clear(), 4);
        assertThat(PipePair.text(room, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("one");
    }

    @Test
    void endsAreForOneDirection() throws Exception {
        final MailslotServer server = open(MailslotServer.builder(port, name).readTimeout(Duration.ofMillis(10)));
        final MailslotClient client = MailslotClient.open(port, name);

        assertThatThrownBy(() -> server.write(room, 0)).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("MailslotClient");
        assertThatThrownBy(() -> client.read(room, 0)).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("MailslotServer");
        server.read(room, 1);
        assertThat(recorder.next().status).isEqualTo(Win32Error.SEM_TIMEOUT);
    }

    @Test
    void nameIsTakenOnce() throws Exception {
        open(MailslotServer.builder(port, name));

        assertThat(catchThrowableOfType(Win32Exception.class, () -> MailslotServer.builder(port, name).open()).code())
                .isEqualTo(Win32Error.ALREADY_EXISTS);
    }

    @Test
    void clientFailsWithoutAMailslot() {
        assertThat(catchThrowableOfType(Win32Exception.class, () -> MailslotClient.open(port, name)))
                .hasMessageStartingWith("CreateFile \\\\.\\mailslot\\" + name);
    }

    @Test
    void settingsAreChecked() {
        final MailslotServer.Builder builder = MailslotServer.builder(port, name);

        assertThatThrownBy(() -> builder.longestMessage(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1 byte");
        assertThatThrownBy(() -> builder.readTimeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.securityDescriptor(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MailslotServer.builder(port, "\\\\SERVER\\mailslot\\x"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("on this machine");
        assertThatThrownBy(() -> MailslotClient.open(port, "\\\\.\\pipe\\x"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("name of a mailslot");
    }

    private static MailslotServer open(final MailslotServer.Builder builder) throws Win32Exception {
        try {
            return builder.open();
        } catch (final Win32Exception refused) {
            if (refused.code() == Win32Error.INVALID_PARAMETER) {
                Wine.skip("Wine cannot bind a mailslot to a completion port");
            }
            throw refused;
        }
    }
}

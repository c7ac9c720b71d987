package io.github.iocp4j.device;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.MailslotNative;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PipeNames;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.SecurityDescriptors;
import io.github.iocp4j.internal.StreamLimit;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.time.Duration;
import java.util.Objects;

/**
 * A mailslot, to which {@link MailslotClient}s write messages.
 *
 * <p>Each {@link #read} takes one message. If the message does not fit into the buffer, the status is
 * {@link Win32Error#INSUFFICIENT_BUFFER}, and the message stays for a read with a larger buffer; {@link #nextLength}
 * returns its length. If no message arrives during {@link Builder#readTimeout}, the status is
 * {@link Win32Error#SEM_TIMEOUT}. Windows reports neither the writer of a message nor the end of the last writer.
 */
public final class MailslotServer extends StreamDevice {
    private static final StreamLimit READ_ONLY = new StreamLimit() {
        @Override
        public void checkWritable(final StreamDevice device) {
            throw new UnsupportedOperationException(
                    device + " is only read: messages are written by a MailslotClient");
        }
    };

    private MailslotServer(final CompletionPort port, final long key, final String name) {
        super(new OpenedDevice(port, key, name, READ_ONLY));
    }

    /**
     * Starts to configure a mailslot.
     *
     * @param port receives the completions
     * @param name {@code \\.\mailslot\NAME}, or only {@code NAME}
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the name is not valid for a local mailslot
     */
    public static Builder builder(final CompletionPort port, final String name) {
        return new Builder(Objects.requireNonNull(port, "port"), PipeNames.localMailslot(name));
    }

    /**
     * The number of unread messages ({@code GetMailslotInfo}).
     *
     * @return the number
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the device is closed or closing
     */
    public int messages() throws Win32Exception {
        return (int) contents() & Integer.MAX_VALUE;
    }

    /**
     * The length of the next message ({@code GetMailslotInfo}).
     *
     * @return bytes; also 0 when there is no message
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the device is closed or closing
     */
    public int nextLength() throws Win32Exception {
        return (int) (contents() >>> 31);
    }

    private long contents() throws Win32Exception {
        return EngineError.checked(this, MailslotNative.contents(key()), "GetMailslotInfo");
    }

    /**
     * Configures a mailslot.
     */
    public static final class Builder {
        private static final int FOR_EVER = -1;

        private final CompletionPort port;
        private final String name;
        private int longestMessage;
        private int readTimeout = FOR_EVER;
        private String securityDescriptor = "";

        private Builder(final CompletionPort port, final String name) {
            this.port = port;
            this.name = name;
        }

        /**
         * The maximum length of a message. Default: no limit.
         *
         * @param bytes at least 1
         * @return this
         */
        public Builder longestMessage(final int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException(
                        "The longest message is at least 1 byte, not " + bytes + "; leave it out for any length");
            }
            longestMessage = bytes;
            return this;
        }

        /**
         * How long a read waits for a message. Default: no limit.
         *
         * @param limit zero does not wait
         * @return this
         */
        public Builder readTimeout(final Duration limit) {
            readTimeout = Timeouts.milliseconds(limit);
            return this;
        }

        /**
         * The users that may write, in the security descriptor definition language (SDDL). Default: only the current
         * user, administrators and SYSTEM.
         *
         * @param sddl the descriptor, as in {@link NamedPipeServer.Builder#securityDescriptor}
         * @return this
         */
        public Builder securityDescriptor(final String sddl) {
            securityDescriptor = SecurityDescriptors.check(sddl);
            return this;
        }

        /**
         * Creates the mailslot ({@code CreateMailslotW}).
         *
         * @return the open mailslot
         * @throws Win32Exception {@link Win32Error#ALREADY_EXISTS} when there is a mailslot of that name;
         *     {@link Win32Error#INVALID_PARAMETER} when the system does not support mailslots on a completion port, as
         *     Wine does not
         * @throws PortClosedException when the port is closed or closing
         */
        public MailslotServer open() throws Win32Exception {
            final long key = EngineError.key(
                    MailslotNative.openServer(PortAccess.get().id(
                            port), name, longestMessage, readTimeout, securityDescriptor),
                    "CreateMailslot " + name, port);
            return PortAccess.get().register(port, new MailslotServer(port, key, name));
        }
    }
}

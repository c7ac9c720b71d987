package io.github.iocp4j.monitoring;

import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The protocol of a monitor's pipe: one message is a request, the next one is its response. All numbers are big-endian.
 *
 * <pre>
 * request   i32 0x494f4351 "IOCQ"   u16 version   u16 0
 * response  i32 0x494f4341 "IOCA"   u16 version   u16 status   with status 0, a snapshot:
 *           i64 process   i64 nanoseconds   u8 state   u8 polled   text name
 *           u8 count, i64 each      counters, in the order of PortCounter
 *           u8 count, i64 each      batches by size
 *           i32 count, each         i32 status   i64 completions
 *           i32 count, each         u8 activity   i64 milliseconds
 *           i32 count, each         i64 key   u8 kind   u8 closing   i32 in flight   i64 accepted   i64 completed
 *                                   i64 completed inline   i64 bytes   text name
 * text      u16 length in bytes, UTF-8
 * </pre>
 *
 * <p>State, activity and kind are ordinals of {@link PortState}, {@link io.github.iocp4j.WorkerActivity} and
 * {@link io.github.iocp4j.DeviceKind}. Any change of the response makes another version. A monitor responds to
 * a request of another version with its own version and {@link #OTHER_VERSION}; after a malformed request it
 * disconnects.
 */
final class MonitorProtocol {
    static final int VERSION = 1;
    static final int REQUEST_LENGTH = 8;
    /** More than the longest response. */
    static final int MAX_RESPONSE = 1 << 24;

    static final int REQUEST = 0x494f4351;
    static final int RESPONSE = 0x494f4341;
    static final int SNAPSHOT_FOLLOWS = 0;
    static final int OTHER_VERSION = 1;

    private static final int FIRST_GUESS = 4096;

    private MonitorProtocol() {
    }

    /** Writes a request into the buffer, which it fills. */
    static void putRequest(final ByteBuffer buffer) {
        buffer.clear().putInt(REQUEST).putShort((short) VERSION).putShort((short) 0).flip();
    }

    /** The version of a request; -1 for a malformed one. */
    static int versionOf(final ByteBuffer request, final int length) {
        return length == REQUEST_LENGTH && request.getInt(0) == REQUEST ? request.getShort(Integer.BYTES) & 0xffff
                : -1;
    }

    /** The response to a request of that version. */
    static byte[] response(final int version, final PortView port) {
        final ByteArrayOutputStream response = new ByteArrayOutputStream(FIRST_GUESS);
        try (DataOutputStream out = new DataOutputStream(response)) {
            out.writeInt(RESPONSE);
            out.writeShort(VERSION);
            if (version == VERSION) {
                out.writeShort(SNAPSHOT_FOLLOWS);
                SnapshotCodec.write(port.now(), out);
            } else {
                out.writeShort(OTHER_VERSION);
            }
        } catch (final IOException impossible) {
            throw new AssertionError("A stream to memory does not fail", impossible);
        }
        return response.toByteArray();
    }

    /**
     * Reads a response.
     *
     * @param response from position to limit
     * @throws IOException when it is malformed or of another version
     */
    static PortSnapshot snapshot(final ByteBuffer response) throws IOException {
        try {
            if (response.getInt() != RESPONSE) {
                throw new IOException("it does not begin like a response");
            }
            final int version = response.getShort() & 0xffff;
            final int status = response.getShort() & 0xffff;
            if (version != VERSION || status != SNAPSHOT_FOLLOWS) {
                throw new IOException("it has version " + version + ", but this program needs version " + VERSION
                        + ": use the same version of iocp4j in both");
            }
            return SnapshotCodec.read(new MessageReader(response));
        } catch (final BufferUnderflowException tooShort) {
            throw new IOException("it ends too early", tooShort);
        }
    }
}

package io.github.iocp4j.monitoring;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * What a monitor and its clients say to each other: one message asks, one answers. All numbers are big-endian.
 *
 * <pre>
 * question  i32 0x494f4351 "IOCQ"   u16 version   u16 0
 * answer    i32 0x494f4341 "IOCA"   u16 version   u16 status   with status 0, figures:
 *           i64 process   i64 nanoseconds   u8 state   u8 polled   text name
 *           u8 count, i64 each      counters, in the order of Figures.Counter
 *           u8 count, i64 each      batches by size
 *           i32 count, each         i32 status   i64 completions
 *           i32 count, each         u8 activity   i64 milliseconds
 *           i32 count, each         i64 key   u8 kind   u8 closing   i32 in flight   i64 accepted   i64 completed
 *                                   i64 completed inline   i64 bytes   text name
 * text      u16 length in bytes, UTF-8
 * </pre>
 *
 * <p>State, activity and kind are places in {@link PortState}, {@link io.github.iocp4j.WorkerActivity} and
 * {@link io.github.iocp4j.DeviceKind}. Whatever changes in an answer makes another version. A monitor that is asked in
 * a version which it does not speak answers with its own and {@link #OTHER_VERSION}; on what is no question at all it
 * hangs up.
 */
final class MonitorProtocol {
    static final int VERSION = 1;
    static final int QUESTION_LENGTH = 8;
    /** More than the longest answer there is. */
    static final int MAX_ANSWER = 1 << 24;

    static final int QUESTION = 0x494f4351;
    static final int ANSWER = 0x494f4341;
    static final int FIGURES_FOLLOW = 0;
    static final int OTHER_VERSION = 1;

    private static final int FIRST_GUESS = 4096;

    private MonitorProtocol() {
    }

    /** Writes a question from the beginning of the buffer, to its limit. */
    static void putQuestion(final ByteBuffer buffer) {
        buffer.clear().putInt(QUESTION).putShort((short) VERSION).putShort((short) 0).flip();
    }

    /** The version that somebody asks in, or -1 if he asks nothing. */
    static int versionOf(final ByteBuffer question, final int length) {
        return length == QUESTION_LENGTH && question.getInt(0) == QUESTION ? question.getShort(Integer.BYTES) & 0xffff
                : -1;
    }

    /** The answer to a question in that version. */
    static byte[] answer(final int version, final PortView port) {
        final ByteArrayOutputStream answer = new ByteArrayOutputStream(FIRST_GUESS);
        try (DataOutputStream out = new DataOutputStream(answer)) {
            out.writeInt(ANSWER);
            out.writeShort(VERSION);
            if (version == VERSION) {
                out.writeShort(FIGURES_FOLLOW);
                port.now().writeTo(out);
            } else {
                out.writeShort(OTHER_VERSION);
            }
        } catch (final IOException impossible) {
            throw new AssertionError("It goes to memory", impossible);
        }
        return answer.toByteArray();
    }

    /**
     * Takes an answer apart.
     *
     * @param answer from position to limit
     * @throws IOException when it is none, or one of another version
     */
    static PortFigures figures(final ByteBuffer answer) throws IOException {
        try {
            if (answer.getInt() != ANSWER) {
                throw new IOException("it does not begin as an answer does");
            }
            final int version = answer.getShort() & 0xffff;
            final int status = answer.getShort() & 0xffff;
            if (version != VERSION || status != FIGURES_FOLLOW) {
                throw new IOException("it speaks version " + version + ", and this program version " + VERSION);
            }
            return new Figures(new FigureReader(answer));
        } catch (final BufferUnderflowException tooShort) {
            throw new IOException("it ends too early", tooShort);
        }
    }
}

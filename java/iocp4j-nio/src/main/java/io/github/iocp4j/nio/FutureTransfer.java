package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import java.nio.ByteBuffer;

/** A read, write or transaction in flight; the result is a number of bytes. */
final class FutureTransfer extends FutureOperation<Integer> {
    private static final int END = -1;

    private final Device device;
    private final ByteBuffer buffer;
    private final int start;
    private int bytes;

    /**
     * Describes an operation.
     *
     * @param buffer its position moves by the bytes that are transferred
     */
    FutureTransfer(final Device device, final ByteBuffer buffer) {
        this.device = device;
        this.buffer = buffer;
        start = buffer.position();
    }

    @Override
    void abort(final long id) {
        device.cancel(id);
    }

    @Override
    boolean read(final Completion completion) {
        final int status = completion.status();
        bytes = completion.isEnd() ? END : completion.bytes();
        return status == Win32Error.SUCCESS || status == Win32Error.MORE_DATA || completion.isEnd();
    }

    @Override
    void completedInline(final int transferred) {
        bytes = transferred;
        succeed(result());
    }

    @Override
    Integer result() {
        if (bytes > 0) {
            move();
        }
        return bytes;
    }

    private void move() {
        try {
            buffer.position(Math.min(start + bytes, buffer.limit()));
        } catch (final IllegalArgumentException changed) {
            // The program changes the limit at this moment, and should not. The result counts nevertheless.
            return;
        }
    }

    /** The bytes are transferred, and a read has removed them from the device. */
    @Override
    boolean undo() {
        return false;
    }
}

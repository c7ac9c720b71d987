package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A direct buffer whose address native code resolves once. A read or write with it is one JNI call with primitive
 * arguments only; with a {@link ByteBuffer}, each operation resolves the address and creates a global reference.
 * Register memory that is used again and again, for example one large buffer with a part for each connection.
 *
 * <p>Operations of any devices and ports may use any parts at the same time. A part belongs to the kernel until the
 * completion, see {@link StreamDevice}. The memory stays allocated until this object is closed
 * <em>and</em> its last operation is over; a buffer that is never closed is never freed.
 *
 * <p>All methods may be called from any thread.
 */
public final class RegisteredBuffer implements AutoCloseable {
    private final ByteBuffer buffer;
    private final long key;
    private volatile boolean open = true;

    private RegisteredBuffer(final ByteBuffer buffer, final long key) {
        this.buffer = buffer;
        this.key = key;
    }

    /**
     * Registers a buffer from 0 to its capacity.
     *
     * @param buffer a direct buffer; a read-only one serves for writes to devices
     * @return the registered buffer, which the caller must close
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws IllegalStateException when a million buffers are registered, or no native memory is left
     */
    public static RegisteredBuffer register(final ByteBuffer buffer) {
        Buffers.checkDirect(buffer);
        NativeLibrary.load();
        final long answer = RegisteredBufferNative.open(buffer);
        if (answer < 0) {
            throw Refusal.of(answer).exception(buffer);
        }
        return new RegisteredBuffer(buffer, answer);
    }

    /**
     * The buffer that was registered. Operations ignore its position and limit.
     *
     * @return the buffer itself
     */
    public ByteBuffer buffer() {
        return buffer;
    }

    /**
     * The capacity.
     *
     * @return bytes
     */
    public int capacity() {
        return buffer.capacity();
    }

    /**
     * Whether operations may use it.
     *
     * @return false as soon as {@link #close} has been called
     */
    public boolean isOpen() {
        return open;
    }

    /** Refuses further operations. Those in flight keep the memory and complete as usual. Never waits. */
    @Override
    public void close() {
        open = false;
        RegisteredBufferNative.close(key);
    }

    @Override
    public String toString() {
        return "RegisteredBuffer[" + buffer.capacity() + " bytes" + (open ? "]" : ", closed]");
    }

    /** Returns its key, after a check of the range that an operation reads into. */
    long keyToReadInto(final int offset, final int length) {
        if (buffer.isReadOnly()) {
            throw new ReadOnlyTargetException(this);
        }
        return keyToWriteFrom(offset, length);
    }

    /** Returns its key, after a check of the range that an operation writes from. */
    long keyToWriteFrom(final int offset, final int length) {
        if (!open) {
            throw new IllegalStateException(this + ": register the buffer again");
        }
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
        return key;
    }
}

package io.github.iocp4j;

import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.ReadOnlyTargetException;
import io.github.iocp4j.internal.RegisteredBufferNative;
import io.github.iocp4j.internal.loader.NativeLibrary;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A direct buffer whose address native code resolves only once. A read or write with it is one JNI call with primitive
 * arguments only. With a {@link ByteBuffer}, each operation resolves the address and creates a global reference.
 * Register memory that is used many times, for example one large buffer with a {@linkplain #slice(int, int) slice} for
 * each connection.
 *
 * <p>Operations of any devices and ports may use different parts at the same time. A part belongs to the kernel until
 * the completion, see {@link StreamDevice}. The memory stays allocated until this object is closed <em>and</em> its
 * last operation has completed; a registered buffer that is never closed is never freed.
 *
 * <p>Any thread may call the methods.
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
     * @param buffer a direct buffer; a read-only buffer can only be used for writes to devices
     * @return the registered buffer, which the caller must close
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws IllegalStateException when a million buffers are registered, or native memory is exhausted
     */
    public static RegisteredBuffer register(final ByteBuffer buffer) {
        Buffers.checkDirect(buffer);
        NativeLibrary.load();
        final long answer = RegisteredBufferNative.open(buffer);
        if (answer < 0) {
            throw EngineError.of(answer).exception(buffer);
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
     * The whole buffer, for operations.
     *
     * @return a new slice, from 0 to the capacity
     */
    public RegisteredSlice slice() {
        return slice(0, capacity());
    }

    /**
     * A part of the buffer, for operations.
     *
     * @param offset where in the buffer the part begins
     * @param length how many bytes it has
     * @return a new slice, whose position is 0 and whose limit is its length
     * @throws IndexOutOfBoundsException when the part does not lie within the buffer's capacity
     */
    public RegisteredSlice slice(final int offset, final int length) {
        Objects.checkFromIndexSize(offset, length, capacity());
        return new RegisteredSlice(
                this, buffer.duplicate().limit(offset + length).position(offset).slice(), offset);
    }

    /**
     * Whether new operations can use this buffer.
     *
     * @return false as soon as {@link #close} has been called
     */
    public boolean isOpen() {
        return open;
    }

    /** Refuses new operations. Operations in flight keep the memory and complete as usual. The call does not wait. */
    @Override
    public void close() {
        open = false;
        RegisteredBufferNative.close(key);
    }

    @Override
    public String toString() {
        return "RegisteredBuffer[" + buffer.capacity() + " bytes" + (open ? "]" : ", closed]");
    }

    /** Its key, for an operation that writes to the memory. */
    long keyToReadInto() {
        if (buffer.isReadOnly()) {
            throw new ReadOnlyTargetException(this);
        }
        return keyToWriteFrom();
    }

    /** Its key, for an operation that reads the memory. */
    long keyToWriteFrom() {
        if (!open) {
            throw new IllegalStateException(this + ": register the buffer again");
        }
        return key;
    }
}

package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A direct buffer whose address native code has asked for once, for all operations to come. Starting a read or write in
 * it takes one JNI call with nothing but numbers; in a {@link ByteBuffer} the JVM is asked for the address, and to keep
 * the buffer, each time. It is worth it for memory that is used again and again: one large buffer whose parts are the
 * connections', for one.
 *
 * <p>Any part of it may be used by any device of any port, several at the same time. Until the completion the part
 * belongs to the kernel, as {@link StreamDevice} tells of all buffers. The memory stays until this object is closed
 * <em>and</em> the last operation in it is over, whoever drops what; one that is never closed keeps it for ever.
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
     * Registers a buffer as a whole, from 0 to its capacity.
     *
     * @param buffer a direct buffer; one that is read-only is good for writing to devices
     * @return to be closed when it is needed no more
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws IllegalStateException when there are a million already, or no native memory is left
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
     * The buffer that was registered. Its position and limit mean nothing to operations.
     *
     * @return the buffer itself
     */
    public ByteBuffer buffer() {
        return buffer;
    }

    /**
     * How much there is.
     *
     * @return bytes
     */
    public int capacity() {
        return buffer.capacity();
    }

    /**
     * Whether operations may be started in it.
     *
     * @return false as soon as {@link #close} has been called
     */
    public boolean isOpen() {
        return open;
    }

    /** Lets no more operations begin in it. Those in flight keep the memory and complete as ever. Never waits. */
    @Override
    public void close() {
        open = false;
        RegisteredBufferNative.close(key);
    }

    @Override
    public String toString() {
        return "RegisteredBuffer[" + buffer.capacity() + " bytes" + (open ? "]" : ", closed]");
    }

    /** Its key, after a check of what an operation wants to read into. */
    long keyToReadInto(final int offset, final int length) {
        if (buffer.isReadOnly()) {
            throw new ReadOnlyTargetException(this);
        }
        return keyToWriteFrom(offset, length);
    }

    /** Its key, after a check of what an operation wants to write from. */
    long keyToWriteFrom(final int offset, final int length) {
        if (!open) {
            throw new IllegalStateException(this + ": register the buffer again");
        }
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
        return key;
    }
}

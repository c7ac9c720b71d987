package io.github.iocp4j.internal;

/** The offsets in a completion record (native/engine/operation/CompletionRecord.h). The loader compares the two. */
public final class RecordLayout {
    /** Bytes of a record. */
    public static final int RECORD_LENGTH = 32;
    /** The device's completion key, 8 bytes. */
    public static final int KEY_OFFSET = 0;
    /** The operation's token, 8 bytes. */
    public static final int TOKEN_OFFSET = 8;
    /** The number of bytes transferred, 4 bytes. */
    public static final int BYTES_OFFSET = 16;
    /** The status, 4 bytes. */
    public static final int STATUS_OFFSET = 20;
    /** The opcode, 2 bytes. */
    public static final int OPCODE_OFFSET = 24;
    /** The kind of device, 2 bytes. */
    public static final int KIND_OFFSET = 26;
    /** Set in the kind of a connection that belongs to no port; its key is that of {@link DetachedNative}. */
    public static final int DETACHED_FLAG = 0x100;
    /** A value whose meaning depends on the opcode, 4 bytes. */
    public static final int DETAIL_OFFSET = 28;

    private RecordLayout() {
    }
}

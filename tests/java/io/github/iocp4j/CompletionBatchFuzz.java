package io.github.iocp4j;

import io.github.iocp4j.internal.RecordLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A fuzz target: with any index and any record, a batch reads only its own completions. */
public final class CompletionBatchFuzz {
    private static final int RECORDS = 8;
    private static final int PARAMETERS = 5;

    private static final ByteBuffer MEMORY = ByteBuffer.allocateDirect(RECORDS * RecordLayout.RECORD_LENGTH)
            .order(ByteOrder.LITTLE_ENDIAN);
    private static final CompletionBatch BATCH = new CompletionBatch(null, 0, MEMORY.duplicate());

    private CompletionBatchFuzz() {
    }

    /** Called by Jazzer. The first byte is the number of completions, the next four are an index. */
    public static void fuzzerTestOneInput(final byte[] data) {
        if (data.length < PARAMETERS) {
            return;
        }
        final int count = data[0] & 7;
        final int index = ByteBuffer.wrap(data, 1, 4).getInt();
        MEMORY.clear();
        MEMORY.put(data, PARAMETERS, Math.min(data.length - PARAMETERS, MEMORY.capacity()));
        BATCH.fill(count);
        try {
            expectRecord(index);
            if (index < 0 || index >= count) {
                throw new AssertionError(index + " of " + count + " was read");
            }
        } catch (final IndexOutOfBoundsException refused) {
            if (index >= 0 && index < count) {
                throw new AssertionError(index + " of " + count + " was refused", refused);
            }
        }
        BATCH.clear();
        if (BATCH.size() != 0) {
            throw new AssertionError("still there");
        }
    }

    private static void expectRecord(final int index) {
        final long key = BATCH.key(index);
        final long token = BATCH.token(index);
        final int bytes = BATCH.bytes(index);
        final int status = BATCH.status(index);
        final ByteBuffer record = MEMORY.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        record.position(index * RecordLayout.RECORD_LENGTH);
        if (key != record.getLong() || token != record.getLong() || bytes != record.getInt()
                || status != record.getInt()) {
            throw new AssertionError("not what is in the record");
        }
        final int code = record.getShort() & 0xffff;
        if (code >= Opcode.POST.code() && code <= Opcode.values().length) {
            if (BATCH.opcode(index).code() != code) {
                throw new AssertionError("not the opcode of the record");
            }
            if (status == Win32Error.SUCCESS && BATCH.error(index) != null) {
                throw new AssertionError("an error where there is none");
            }
        }
    }
}

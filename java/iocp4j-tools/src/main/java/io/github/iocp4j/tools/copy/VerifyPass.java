package io.github.iocp4j.tools.copy;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;

/** Reads each part of the source and of the copy again, and compares them. Progress counts bytes of the source. */
final class VerifyPass extends Pass {
    VerifyPass(final OverlappedFile source, final OverlappedFile target, final long size, final Stop stop) {
        super(source, target, size, stop);
    }

    @Override
    void start(final Block block) {
        source.read(block.data.clear().limit(operationLength(block)), block.place.moveTo(block.position), block.index);
    }

    @Override
    void step(final Block block, final Opcode opcode, final int bytes) throws IOException {
        if (!isSourceRead(block)) {
            block.done = block.length;
            target.read(block.written.clear().limit(operationLength(block)), block.place.moveTo(block.position),
                    block.index);
            return;
        }
        final int difference = block.data.duplicate().limit(block.length)
                .mismatch(block.written.duplicate().limit(block.length));
        if (difference >= 0) {
            throw new IOException(target.name() + " differs from " + source.name() + " at byte "
                    + (block.position + difference) + ", although all of it was written");
        }
        goOn(block);
    }

    @Override
    OverlappedFile inWork(final Block block, final Opcode opcode) {
        return isSourceRead(block) ? target : source;
    }

    private static boolean isSourceRead(final Block block) {
        return block.done > 0;
    }
}

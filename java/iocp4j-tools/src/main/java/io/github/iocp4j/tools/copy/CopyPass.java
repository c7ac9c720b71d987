package io.github.iocp4j.tools.copy;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.OverlappedFile;

/** Reads each part of the source and writes it to the target, at the same position. */
final class CopyPass extends Pass {
    private final Progress progress;

    CopyPass(
            final OverlappedFile source, final OverlappedFile target, final long size, final Stop stop,
            final Progress progress) {
        super(source, target, size, stop);
        this.progress = progress;
    }

    @Override
    void start(final Block block) {
        source.read(block.data, 0, operationLength(block), block.position, block.index);
    }

    @Override
    void step(final Block block, final Opcode opcode) {
        if (opcode == Opcode.READ) {
            pad(block);
            target.write(block.data, 0, operationLength(block), block.position, block.index);
        } else {
            progress.add(block.length);
            goOn(block);
        }
    }

    @Override
    OverlappedFile inWork(final Block block, final Opcode opcode) {
        return opcode == Opcode.WRITE ? target : source;
    }

    /** What an unbuffered write takes along with the last part is cut off later; it shall not be another's data. */
    private void pad(final Block block) {
        for (int at = block.length; at < operationLength(block); at++) {
            block.data.put(at, (byte) 0);
        }
    }
}

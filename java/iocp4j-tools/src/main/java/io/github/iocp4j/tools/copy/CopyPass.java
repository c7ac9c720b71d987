package io.github.iocp4j.tools.copy;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;

/** Reads each part of the source and writes it to the target, at the same position. Progress counts written bytes. */
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
        source.read(block.data.clear().limit(operationLength(block)), block.place.moveTo(block.position), block.index);
    }

    @Override
    void step(final Block block, final Opcode opcode, final int bytes) throws IOException {
        if (opcode == Opcode.READ) {
            pad(block);
            write(block);
            return;
        }
        // Usually everything. If it was less, the next write reports the reason.
        final int taken = bytes & -target.alignment();
        if (taken == 0) {
            throw new IOException("Writing " + target.name() + " makes no progress: a write took only " + bytes
                    + " bytes");
        }
        block.done += taken;
        if (block.done < block.length) {
            write(block);
        } else {
            progress.add(block.length);
            goOn(block);
        }
    }

    private void write(final Block block) {
        target.write(block.data.clear().limit(operationLength(block)).position(block.done),
                block.place.moveTo(block.position + block.done), block.index);
    }

    @Override
    OverlappedFile inWork(final Block block, final Opcode opcode) {
        return opcode == Opcode.WRITE ? target : source;
    }

    /**
     * An unbuffered write rounds the last part up; the excess is truncated later, and must not be data of another file.
     */
    private void pad(final Block block) {
        for (int at = block.length; at < operationLength(block); at++) {
            block.data.put(at, (byte) 0);
        }
    }
}

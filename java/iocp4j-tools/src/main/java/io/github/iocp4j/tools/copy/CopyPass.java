package io.github.iocp4j.tools.copy;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.OverlappedFile;
import java.io.IOException;

/** Reads each part of the source and writes it to the target, at the same position. What is done is what is written. */
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
    void step(final Block block, final Opcode opcode, final int bytes) throws IOException {
        if (opcode == Opcode.READ) {
            pad(block);
            write(block);
            return;
        }
        // All that there was, as a rule. Where it was less, the next write tells why.
        final int taken = bytes & -target.alignment();
        if (taken == 0) {
            throw new IOException("Writing " + target.name() + " does not get on: it takes only " + bytes + " bytes");
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
        target.write(block.data, block.done, operationLength(block) - block.done, block.position + block.done,
                block.index);
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

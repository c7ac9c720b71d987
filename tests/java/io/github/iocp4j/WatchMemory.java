package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Buffers for a directory watch. */
final class WatchMemory {
    private WatchMemory() {
    }

    static ByteBuffer[] sound() {
        return new ByteBuffer[] {ByteBuffer.allocateDirect(4_096), ByteBuffer.allocateDirect(4_096)};
    }

    /** Memory that Windows must not write changes to. */
    static List<ByteBuffer[]> odd(final CanaryBuffers buffers) {
        final ByteBuffer sound = ByteBuffer.allocateDirect(4_096);
        final List<ByteBuffer[]> odd = new ArrayList<>();
        odd.add(null);
        odd.add(new ByteBuffer[0]);
        odd.add(new ByteBuffer[] {sound});
        odd.add(new ByteBuffer[17]);
        odd.add(new ByteBuffer[] {sound, null});
        odd.add(new ByteBuffer[] {sound, ByteBuffer.allocate(4_096)});
        odd.add(new ByteBuffer[] {sound, ByteBuffer.allocateDirect(4_095)});
        odd.add(new ByteBuffer[] {sound, ByteBuffer.allocateDirect((1 << 20) + 1)});
        odd.add(new ByteBuffer[] {sound, ByteBuffer.allocateDirect(8_192).position(1).slice()});
        odd.add(new ByteBuffer[] {buffers.slice(0), buffers.slice(1)});
        return odd;
    }
}

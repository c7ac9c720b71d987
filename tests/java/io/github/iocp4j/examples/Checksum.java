package io.github.iocp4j.examples;

import static java.nio.file.StandardOpenOption.READ;

import io.github.iocp4j.nio.FileChannels;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32;

/** Prints the length and the CRC-32 of a file, which it reads through an asynchronous channel. */
public final class Checksum {
    private Checksum() {
    }

    /** Reads the file args[0]. */
    public static void main(final String[] args) throws Exception {
        try (AsynchronousFileChannel file = FileChannels.open(Path.of(args[0]), READ)) {
            // was: AsynchronousFileChannel.open(Path.of(args[0]), READ)
            final ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);
            final CRC32 sum = new CRC32();
            long position = 0;
            for (int read; (read = file.read(buffer.clear(), position).get()) > 0; position += read) {
                sum.update(buffer.flip());
            }
            System.out.println(position + " bytes, CRC-32 " + Long.toHexString(sum.getValue()));
        }
    }
}

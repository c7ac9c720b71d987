package io.github.iocp4j.bench.contestants;

import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;

/** Opens the first asynchronous file of a new JVM, by the JDK. Prints the nanoseconds that this takes. */
final class FirstChannel {
    private FirstChannel() {
    }

    /**
     * Opens a file.
     *
     * @param args its path
     * @throws Exception when it cannot be opened
     */
    public static void main(final String[] args) throws Exception {
        final Path file = Path.of(args[0]);
        final long begin = System.nanoTime();
        final AsynchronousFileChannel channel = AsynchronousFileChannel.open(file);
        System.out.println(System.nanoTime() - begin);
        channel.close();
        System.exit(0);
    }
}

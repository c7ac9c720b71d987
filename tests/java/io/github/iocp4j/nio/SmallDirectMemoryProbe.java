package io.github.iocp4j.nio;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;

/** A program that transfers large heap buffers; its JVM has little direct memory. */
public final class SmallDirectMemoryProbe {
    private static final int MILLION = 1_000_000;
    private static final int CONNECTIONS = 40;

    private SmallDirectMemoryProbe() {
    }

    /** What is transferred. */
    enum What {
        /** Writes on many connections are in flight at once. */
        TCP {
            @Override
            void run() throws Exception {
                throughConnections(ChannelPair.Kind.TCP);
            }
        },
        /** Writes on many connections are in flight at once. */
        PIPE {
            @Override
            void run() throws Exception {
                throughConnections(ChannelPair.Kind.PIPE);
            }
        },
        /** A message is one native operation, whose memory is lacking. */
        MESSAGE_WITHOUT_MEMORY {
            @Override
            void run() throws Exception {
                try (ChannelPair pair = ChannelPair.Kind.MESSAGE_PIPE.connect()) {
                    final Throwable failure = Outcome.failureOf(pair.client.write(ByteBuffer.allocate(20 * MILLION)));
                    check(failure instanceof IOException && failure.getCause() instanceof OutOfMemoryError);
                    check(pair.client.write(ChannelPair.heap("next")).get() == 4);
                    check(pair.server.read(ByteBuffer.allocate(MILLION)).get() == 4);
                }
            }
        },
        /** One after another. */
        FILE {
            @Override
            void run() throws Exception {
                try (AsynchronousFileChannel file = FileChannels.open(
                        Files.createTempFile("heap", null), READ, WRITE, DELETE_ON_CLOSE)) {
                    for (int i = 0; i < CONNECTIONS; i++) {
                        final ByteBuffer target = ByteBuffer.allocate(MILLION);
                        check(file.write(filled(i), 0).get() == MILLION);
                        check(file.read(target, 0).get() == MILLION);
                        check(target.flip().equals(filled(i)));
                    }
                }
            }
        };

        abstract void run() throws Exception;
    }

    /**
     * Transfers, and prints "ok".
     *
     * @param arguments the name of a {@link What}
     * @throws Exception when anything fails
     */
    public static void main(final String[] arguments) throws Exception {
        What.valueOf(arguments[0]).run();
        System.out.println("ok");
    }

    private static void throughConnections(final ChannelPair.Kind kind) throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(2);
        try {
            final List<ChannelPair> pairs = new ArrayList<>();
            final List<Future<Integer>> writes = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                pairs.add(kind.connect(group));
                final Future<Integer> write = pairs.get(i).client.write(filled(i));
                // One that has failed would leave the reader waiting.
                check(!write.isDone() || write.get() == MILLION);
                writes.add(write);
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                final ByteBuffer target = ByteBuffer.allocate(MILLION);
                ChannelPair.fill(pairs.get(i).server, target);
                check(target.flip().equals(filled(i)));
                check(writes.get(i).get() == MILLION);
            }
        } finally {
            ChannelPair.end(group);
        }
    }

    private static ByteBuffer filled(final int seed) {
        final ByteBuffer buffer = ByteBuffer.allocate(MILLION);
        while (buffer.hasRemaining()) {
            buffer.putInt(seed * MILLION + buffer.position());
        }
        return buffer.flip();
    }

    private static void check(final boolean condition) {
        if (!condition) {
            throw new AssertionError("see the stack");
        }
    }
}

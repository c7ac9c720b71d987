package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.Opcode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Hands each completion of a port to the future, stream, file channel or server that it belongs to. */
final class StreamListener implements CompletionListener {
    /** Far from what programs choose, whose servers may be on the same port. */
    private static final long FIRST_TOKEN = 0x4e49_4f00_0000_0000L;
    private static final AtomicLong NEXT_TOKEN = new AtomicLong(FIRST_TOKEN);
    /** By token: a connection does not know its server, and the first may come before the server is open. */
    private static final Map<Long, PipeServerSocket> SERVERS = new ConcurrentHashMap<>();

    private final CompletionListener others;

    StreamListener(final CompletionListener others) {
        this.others = others;
    }

    /** Returns the token that a server's builder takes. */
    static long register(final PipeServerSocket server) {
        final long token = NEXT_TOKEN.getAndIncrement();
        SERVERS.put(token, server);
        return token;
    }

    static void forget(final long token) {
        SERVERS.remove(token);
    }

    @Override
    public void onCompletion(final Completion completion) {
        final FutureOperation<?> future = FutureOperation.take(completion.token());
        if (future != null) {
            future.completed(completion);
            return;
        }
        final Opcode opcode = completion.opcode();
        if (opcode == Opcode.READ || opcode == Opcode.WRITE || opcode == Opcode.LOCK) {
            final Object attachment = completion.device().attachment();
            if (attachment instanceof Streams) {
                ((Streams) attachment).completed(completion);
                return;
            }
            if (attachment instanceof OverlappedFileChannel) {
                ((OverlappedFileChannel) attachment).completed(completion);
                return;
            }
        } else if (opcode == Opcode.CONNECT) {
            final Object attachment = completion.device().attachment();
            if (attachment instanceof PendingConnect) {
                ((PendingConnect) attachment).completed(completion);
                return;
            }
        } else if (opcode == Opcode.ACCEPT) {
            final PipeServerSocket server = SERVERS.get(completion.token());
            if (server != null) {
                server.accepted(completion);
                return;
            }
            if (isRegistered(completion.token())) {
                // Its server is closed. The port closes the connection, because no listener asks for it.
                return;
            }
        }
        others.onCompletion(completion);
    }

    private static boolean isRegistered(final long token) {
        return token >= FIRST_TOKEN && token < NEXT_TOKEN.get();
    }
}

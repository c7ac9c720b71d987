package io.github.iocp4j.load;

import java.nio.ByteBuffer;

/**
 * The messages that one client sends to an echo server, round by round. Their lengths differ, and no other client and
 * no other round has the same message.
 */
final class Conversation {
    /** The longest message. */
    static final int MAX_LENGTH = 600;

    private final int client;
    private final int rounds;
    private int round;
    private int heard;

    Conversation(final int client, final int rounds) {
        this.client = client;
        this.rounds = rounds;
    }

    /** Fills the buffer, from the beginning, with what to say in this round. */
    void say(final ByteBuffer buffer) {
        buffer.clear();
        for (int i = 0; i < length(); i++) {
            buffer.put(at(i));
        }
        buffer.flip();
    }

    /** Takes what has come between position and limit, and answers whether the round is complete. */
    boolean hear(final ByteBuffer buffer) {
        while (buffer.hasRemaining()) {
            if (heard == length()) {
                throw new IllegalStateException("Client " + client + " hears more than it has said in round " + round);
            }
            if (buffer.get() != at(heard)) {
                throw new IllegalStateException(
                        "Client " + client + " hears a wrong byte at " + heard + " of round " + round);
            }
            heard++;
        }
        if (heard < length()) {
            return false;
        }
        heard = 0;
        round++;
        return true;
    }

    boolean isOver() {
        return round == rounds;
    }

    private int length() {
        return 1 + (client * 31 + round * 127) % MAX_LENGTH;
    }

    private byte at(final int index) {
        final int mixed = (client * 0x9E3779B1 ^ round * 0x85EBCA77 ^ index / Integer.BYTES * 0xC2B2AE3D) * 0x27D4EB2F;
        return (byte) (mixed >>> index % Integer.BYTES * Byte.SIZE);
    }
}

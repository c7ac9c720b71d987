package io.github.iocp4j.soak;

import java.io.IOException;

/** Repeats a short life in a thread of its own until it is closed. */
final class Lives implements AutoCloseable {
    private final Ledger ledger;
    private final Life life;
    private final Thread thread;
    private volatile boolean closing;
    private volatile int ended;

    /** One life, by its number from 0. */
    interface Life {
        void live(int number) throws IOException, InterruptedException;
    }

    Lives(final String name, final Ledger ledger, final Life life) {
        this.ledger = ledger;
        this.life = life;
        thread = new Thread(this::run, name);
        thread.start();
    }

    /** The number of lives that have ended. */
    int ended() {
        return ended;
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            for (int number = 0; !closing; number++) {
                life.live(number);
                ended = number + 1;
            }
        } catch (final IOException | RuntimeException failed) {
            ledger.fault("a life of " + thread.getName() + " has failed: " + failed);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

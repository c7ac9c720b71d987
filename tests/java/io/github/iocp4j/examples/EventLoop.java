package io.github.iocp4j.examples;

import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** Does everything on one thread: its listener, and the tasks that other threads give it. */
public final class EventLoop implements Executor {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final CompletionPort port;
    private volatile boolean running = true;

    /** Opens a port without workers. */
    public EventLoop(final CompletionListener listener) throws IOException {
        port = CompletionPort.builder(listener).polled().open();
    }

    /** The port, to register devices with. */
    public CompletionPort port() {
        return port;
    }

    /** Runs on the calling thread until {@link #stop}. */
    public void run() {
        try (port; CompletionPoller poller = port.openPoller()) {
            while (running) {
                poller.poll(); // calls the listener; returns after a wake-up, too
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
            }
        }
    }

    /** Adds a task, from any thread. */
    @Override
    public void execute(final Runnable task) {
        tasks.add(task);
        port.wakeUp();
    }

    /** Ends it, from any thread. Operations in flight are cancelled, and complete to the listener. */
    public void stop() {
        running = false;
        port.wakeUp();
    }
}

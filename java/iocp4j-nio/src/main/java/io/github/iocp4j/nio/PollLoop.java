package io.github.iocp4j.nio;

import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.PortClosedException;

/**
 * What a thread of a group does until the group ends: it polls, and calls the handler of the completion that has come.
 *
 * <p>The handler runs after the poll, and not in it. An exception of the handler can therefore end the thread, as the
 * specification of groups asks, and a handler that blocks keeps no device from being closed.
 */
final class PollLoop implements Runnable {
    private final ChannelGroup group;
    /** Whether handlers go to the executor of the group. */
    private final boolean internal;

    PollLoop(final ChannelGroup group) {
        this(group, false);
    }

    private PollLoop(final ChannelGroup group, final boolean internal) {
        this.group = group;
        this.internal = internal;
    }

    /** Starts the internal thread of a group, which calls no handlers and keeps nothing of the calling thread. */
    static void startInternal(final ChannelGroup group) {
        final Thread thread =
                new Thread(null, new PollLoop(group, true), group.port().name() + "-internal", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        thread.start();
    }

    @Override
    public void run() {
        final HandlerThread state = HandlerThread.enter(group);
        boolean ended = false;
        try {
            pollToTheEnd(state);
            ended = true;
        } finally {
            HandlerThread.leave();
            if (!ended) {
                replace();
            }
        }
    }

    private void pollToTheEnd(final HandlerThread state) {
        try (CompletionPoller poller = open()) {
            while (poller != null && poll(poller, state)) {
                call(state, state.takeReady());
                run(group.takeTask());
            }
        }
        // Nothing is added to the tasks once the port is closing.
        for (Runnable left = group.takeTask(); left != null; left = group.takeTask()) {
            left.run();
        }
    }

    /** Returns null at the end of the port. */
    private CompletionPoller open() {
        try {
            return group.port().openPoller();
        } catch (final PortClosedException end) {
            return null;
        }
    }

    /** Returns false at the end of the port. */
    private boolean poll(final CompletionPoller poller, final HandlerThread state) {
        state.polling(true);
        try {
            poller.poll();
            return true;
        } catch (final PortClosedException end) {
            return false;
        } finally {
            state.polling(false);
        }
    }

    private void call(final HandlerThread state, final HandlerResult<?, ?> result) {
        if (result == null) {
            return;
        }
        group.passOnTasks();
        if (internal) {
            group.handOver(result);
        } else {
            state.invoke(result);
        }
    }

    private void run(final Runnable task) {
        if (task != null) {
            group.passOnTasks();
            if (internal) {
                group.handOver(task);
            } else {
                task.run();
            }
        }
    }

    private void replace() {
        if (internal) {
            startInternal(group);
        } else {
            group.replace(this);
        }
    }
}

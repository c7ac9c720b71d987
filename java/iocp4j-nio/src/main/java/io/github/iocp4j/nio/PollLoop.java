package io.github.iocp4j.nio;

import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.PortLostException;

/**
 * What a thread of a group does until the group ends: it polls, and calls the handler of the completion that has come.
 *
 * <p>The handler runs after the poll, and not in it. An exception of the handler can therefore end the thread, as the
 * specification of groups asks, and a handler that blocks keeps no device from being closed.
 */
final class PollLoop implements Runnable {
    /** The most tasks between two polls: enough that the price of a poll is small, and few for a completion to wait. */
    private static final int TASKS = 16;

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
        OwnPermissions.newThread(new PollLoop(group, true), group.port().name() + "-internal").start();
    }

    @Override
    public void run() {
        final HandlerThread state = HandlerThread.enter(group);
        if (!internal) {
            group.standby().add(state);
        }
        boolean ended = false;
        try {
            pollToTheEnd(state);
            ended = true;
        } finally {
            group.standby().remove(state);
            HandlerThread.leave();
            if (ended) {
                group.loopEnded();
            } else {
                replace();
            }
        }
    }

    private void pollToTheEnd(final HandlerThread state) {
        try (CompletionPoller poller = open()) {
            while (poller != null) {
                final int completions = poll(poller, state);
                if (completions < 0) {
                    break;
                }
                call(state, state.takeReady());
                // A poll without completions has ended with a wake-up, which was queued behind all completions that
                // came before it. Otherwise tasks and completions take turns.
                runTasks(state, completions == 0 ? TASKS : 1);
            }
        }
        // Nothing is added to the tasks once the port is closing.
        for (Runnable left = group.takeTask(); left != null; left = group.takeTask()) {
            run(state, left);
        }
    }

    /** Returns null at the end of the port, and when there can be no poller. */
    private CompletionPoller open() {
        try {
            return group.port().openPoller();
        } catch (final PortClosedException end) {
            return null;
        } catch (final IllegalStateException lacking) {
            // A loop in its place would not get a poller either.
            group.abandon();
            return null;
        }
    }

    /** Returns the number of completions; -1 at the end of the port. */
    private int poll(final CompletionPoller poller, final HandlerThread state) {
        state.beginPoll();
        try {
            return poller.poll();
        } catch (final PortClosedException end) {
            return -1;
        } catch (final PortLostException lost) {
            // The next polls are to the end of the port, and do not fail.
            group.abandon();
            return 0;
        } finally {
            state.endPoll();
        }
    }

    private void call(final HandlerThread state, final HandlerCall handler) {
        if (handler == null) {
            return;
        }
        group.passOnTasks();
        if (internal) {
            group.handOver(handler, state);
            group.standby().await();
        } else {
            state.invoke(handler);
        }
    }

    private void runTasks(final HandlerThread state, final int most) {
        for (int i = 0; i < most; i++) {
            final Runnable task = group.takeTask();
            if (task == null) {
                return;
            }
            group.passOnTasks();
            run(state, task);
        }
    }

    private void run(final HandlerThread state, final Runnable task) {
        if (internal) {
            group.handOver(task, state);
        } else {
            task.run();
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

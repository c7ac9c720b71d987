package io.github.iocp4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;

/** The open pollers of a port. No two have the same index at the same time. */
final class PollerList {
    private final List<CompletionPoller> pollers = new ArrayList<>();

    synchronized CompletionPoller add(final IntFunction<CompletionPoller> make) {
        final int free = pollers.indexOf(null);
        final int index = free >= 0 ? free : pollers.size();
        final CompletionPoller poller = make.apply(index);
        if (index == pollers.size()) {
            pollers.add(poller);
        } else {
            pollers.set(index, poller);
        }
        return poller;
    }

    synchronized void remove(final CompletionPoller poller) {
        if (pollers.get(poller.index()) == poller) {
            pollers.set(poller.index(), null);
        }
    }

    void closeAll() {
        // The port has ended, so that the program may have closed the class loader: load no class for an empty list.
        if (hasHadPollers()) {
            // Each poller removes itself.
            copy().forEach(CompletionPoller::close);
        }
    }

    private synchronized boolean hasHadPollers() {
        return !pollers.isEmpty();
    }

    /** Polls a closing port on this thread, unless the thread would wait for itself. */
    boolean drain(final CompletionPort port, final int milliseconds) {
        if (milliseconds == 0 || isDeliveringOnThisThread()) {
            return false;
        }
        final long began = System.nanoTime();
        int left = milliseconds;
        try (CompletionPoller poller = port.openPoller()) {
            while (left > 0) {
                poller.poll(left);
                left = milliseconds - (int) Math.min(milliseconds, (System.nanoTime() - began) / 1_000_000);
            }
        } catch (final PortClosedException gone) {
            // The port is closed, which is what we are waiting for. Another thread may still be closing its last
            // handles.
            return Ending.await(port.ended(), left);
        }
        return port.hasEnded();
    }

    private boolean isDeliveringOnThisThread() {
        return copy().stream().anyMatch(CompletionPoller::isDeliveringOnThisThread);
    }

    private synchronized List<CompletionPoller> copy() {
        final List<CompletionPoller> open = new ArrayList<>(pollers);
        open.removeIf(Objects::isNull);
        return open;
    }
}

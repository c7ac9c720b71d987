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

    boolean isDeliveringOnThisThread() {
        return copy().stream().anyMatch(CompletionPoller::isDeliveringOnThisThread);
    }

    private synchronized List<CompletionPoller> copy() {
        final List<CompletionPoller> open = new ArrayList<>(pollers);
        open.removeIf(Objects::isNull);
        return open;
    }
}

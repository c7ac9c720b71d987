package io.github.iocp4j.tools.monitor;

import static java.util.stream.Collectors.toList;

import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.WorkerSnapshot;
import io.github.iocp4j.tools.terminal.SafeText;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** A snapshot as text for people. */
final class TextPage implements Page {
    private static final int MOST_WORKERS = 12;
    private static final int MOST_FAILURES = 6;
    private static final int BAR = 40;

    private final Order order;
    private final int devices;
    private final int width;

    /**
     * Creates a page.
     *
     * @param devices the number of devices to show
     * @param width the maximum length of a line
     */
    TextPage(final Order order, final int devices, final int width) {
        this.order = order;
        this.devices = devices;
        this.width = width;
    }

    @Override
    public String of(final Interval interval) {
        final Lines lines = new Lines();
        port(interval, lines);
        workers(interval.now(), lines);
        batches(interval.now(), lines);
        failures(interval.now(), lines);
        devices(interval, lines);
        return lines.toString();
    }

    private static void port(final Interval interval, final Lines lines) {
        final PortSnapshot port = interval.now();
        lines.add("%s: process %d, %s, %s", port.name(), port.processId(),
                Words.of(port.state()), port.isPolled() ? "polled"
                        : port.workers() + " workers, " + port.concurrency() + " at a time");
        lines.add("in flight   %6s of %s, the most were %s; %s in the queue",
                Words.amount(port.operationsInFlight()), Words.amount(port.operationCeiling()),
                Words.amount(port.mostOperationsInFlight()),
                port.queuedPackets().isPresent() ? Words.amount(port.queuedPackets().getAsInt()) : "unknown");
        lines.add("completions %6s %s", Words.amount(port.completions()),
                rate(interval, interval.perSecond(PortSnapshot::completions)));
        lines.add("operations  %6s %s of these inline %s", Words.amount(port.operationsCompleted()),
                rate(interval, interval.perSecond(PortSnapshot::operationsCompleted)),
                Words.amount(port.operationsCompletedInline()));
        lines.add("bytes       %6s %s", Words.amount(port.bytes()),
                rate(interval, interval.perSecond(PortSnapshot::bytes)));
        final long failedDequeues = port.failedDequeues();
        if (port.foreignPackets() + port.operationsQuarantined() + port.unbalancedDevices() + failedDequeues > 0) {
            lines.add("ATTENTION: %d in quarantine, %d foreign packets, %d unbalanced devices, %d failed dequeues",
                    port.operationsQuarantined(), port.foreignPackets(),
                    port.unbalancedDevices(), failedDequeues);
        }
        if (port.untakenConnections() > 0) {
            lines.add("ATTENTION: %d connections closed because the listener did not take them",
                    port.untakenConnections());
        }
    }

    private static String rate(final Interval interval, final double perSecond) {
        return interval.hasRates() ? String.format(Locale.ROOT, "%6s/s", Words.amount(perSecond)) : "        ";
    }

    private static void workers(final PortSnapshot port, final Lines lines) {
        final List<WorkerSnapshot> all = port.workerStates();
        lines.add("");
        lines.add("%s%s", port.isPolled() ? "POLLERS" : "WORKERS", counts(all));
        final List<Integer> numbers = IntStream.range(0, all.size()).boxed().collect(toList());
        if (numbers.size() > MOST_WORKERS) {
            // Running and blocked workers first.
            numbers.sort(Comparator.comparing((Integer number) -> all.get(number).activity())
                    .thenComparingLong(number -> all.get(number).duration().toMillis()).reversed());
        }
        for (final int number : numbers.subList(0, Math.min(numbers.size(), MOST_WORKERS))) {
            final WorkerSnapshot worker = all.get(number);
            lines.add("%6d  %-11s %9s", number, Words.of(worker.activity()), Words.time(worker.duration().toMillis()));
        }
    }

    private static String counts(final List<WorkerSnapshot> workers) {
        final StringBuilder text = new StringBuilder();
        for (final WorkerActivity activity : WorkerActivity.values()) {
            final long count = workers.stream().filter(worker -> worker.activity() == activity).count();
            if (count > 0) {
                text.append(text.length() == 0 ? ": " : ", ").append(count).append(' ').append(Words.of(activity));
            }
        }
        return text.toString();
    }

    private static void batches(final PortSnapshot port, final Lines lines) {
        final long[] bySize = port.batchesBySize();
        final long most = LongStream.of(bySize).max().orElse(0);
        lines.add("");
        lines.add("BATCHES: %s, up to %d of %d", Words.amount(port.batches()), port.largestBatch(),
                port.batchCeiling());
        for (int i = 0; i < bySize.length; i++) {
            if (bySize[i] > 0) {
                final int length = (int) Math.max(1, Math.round((double) bySize[i] / most * BAR));
                lines.add("%9s  %-" + BAR + "s %6s", sizes(i), "#".repeat(length), Words.amount(bySize[i]));
            }
        }
    }

    private static String sizes(final int index) {
        final long least = 1L << Math.min(index, Long.SIZE - 2);
        return least == 1 ? "1" : least + "-" + (2 * least - 1);
    }

    private static void failures(final PortSnapshot port, final Lines lines) {
        if (port.failuresByName().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("FAILURES: %s",
                Words.amount(port.failuresByName().values().stream().mapToDouble(Long::doubleValue).sum()));
        port.failuresByName().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed()).limit(MOST_FAILURES)
                .forEach(failure -> lines.add("%9s  %s", Words.amount(failure.getValue()), failure.getKey()));
    }

    private void devices(final Interval interval, final Lines lines) {
        lines.add("");
        lines.add("DEVICES: %s, by %s", Words.amount(interval.now().deviceCount()), order);
        if (devices == 0 || interval.now().devices().isEmpty()) {
            return;
        }
        lines.add("  OPS/S  BYTES/S IN FLIGHT     OPS   BYTES KIND          NAME");
        for (final DeviceSnapshot device : order.first(devices, interval)) {
            lines.add("%7s %8s %9s %7s %7s %-13s %s%s",
                    interval.hasRates() ? Words.amount(interval.operationsPerSecond(device)) : "-",
                    interval.hasRates() ? Words.amount(interval.bytesPerSecond(device)) : "-",
                    Words.amount(device.operationsInFlight()), Words.amount(device.operationsCompleted()),
                    Words.amount(device.bytes()), Words.of(device.kind()), device.name(),
                    device.closing() ? " (closing)" : "");
        }
    }

    /** Lines cut to the maximum length, because names may be long. */
    private final class Lines {
        private final StringBuilder text = new StringBuilder();

        void add(final String format, final Object... values) {
            final String line = SafeText.of(String.format(Locale.ROOT, format, values));
            text.append(line.length() > width ? line.substring(0, width) : line).append('\n');
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}

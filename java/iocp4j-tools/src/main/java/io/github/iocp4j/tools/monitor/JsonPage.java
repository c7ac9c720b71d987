package io.github.iocp4j.tools.monitor;

import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.tools.terminal.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A snapshot as one line, a JSON object, with rates if there are any. */
final class JsonPage implements Page {
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final Order order;
    private final int devices;

    JsonPage(final Order order, final int devices) {
        this.order = order;
        this.devices = devices;
    }

    @Override
    public String of(final Interval interval) {
        final PortSnapshot port = interval.now();
        final JsonObject json = new JsonObject()
                .put("time", TIME.format(Instant.now()))
                .put("process", port.processId())
                .put("port", port.name())
                .put("state", word(port.state()))
                .put("polled", port.isPolled())
                .put("concurrency", port.concurrency())
                .put("batchCeiling", port.batchCeiling())
                .put("operationCeiling", port.operationCeiling())
                .put("operationsInFlight", port.operationsInFlight())
                .put("mostOperationsInFlight", port.mostOperationsInFlight())
                .put("queuedPackets", port.queuedPackets().orElse(-1))
                .put("completions", port.completions())
                .put("operationsAccepted", port.operationsAccepted())
                .put("operationsCompleted", port.operationsCompleted())
                .put("operationsCompletedInline", port.operationsCompletedInline())
                .put("operationsQuarantined", port.operationsQuarantined())
                .put("bytes", port.bytes())
                .put("foreignPackets", port.foreignPackets())
                .put("failedDequeues", port.failedDequeues())
                .put("untakenConnections", port.untakenConnections())
                .put("unbalancedDevices", port.unbalancedDevices());
        if (interval.hasRates()) {
            json.put("completionsPerSecond", interval.perSecond(PortSnapshot::completions))
                    .put("operationsPerSecond", interval.perSecond(PortSnapshot::operationsCompleted))
                    .put("bytesPerSecond", interval.perSecond(PortSnapshot::bytes));
        }
        final JsonObject failures = new JsonObject();
        port.failuresByName().forEach(failures::put);
        return json.put("batches", port.batches())
                .put("largestBatch", port.largestBatch())
                .put("batchesBySize", LongStream.of(port.batchesBySize()).boxed().collect(Collectors.toList()))
                .put("failures", failures)
                .put("workers", workers(port))
                .put("deviceCount", port.deviceCount())
                .put("devices", devices(interval)).toString() + '\n';
    }

    private static List<JsonObject> workers(final PortSnapshot port) {
        return port.workerStates().stream().map(worker -> new JsonObject()
                .put("activity", word(worker.activity())).put("millis", worker.duration().toMillis()))
                .collect(Collectors.toList());
    }

    private List<JsonObject> devices(final Interval interval) {
        final List<JsonObject> all = new ArrayList<>();
        for (final DeviceSnapshot device : order.first(devices, interval)) {
            final JsonObject json = new JsonObject()
                    .put("key", Long.toHexString(device.key()))
                    .put("kind", word(device.kind()))
                    .put("name", device.name())
                    .put("closing", device.closing())
                    .put("operationsInFlight", device.operationsInFlight())
                    .put("operationsAccepted", device.operationsAccepted())
                    .put("operationsCompleted", device.operationsCompleted())
                    .put("operationsCompletedInline", device.operationsCompletedInline())
                    .put("bytes", device.bytes());
            if (interval.hasRates()) {
                json.put("operationsPerSecond", interval.operationsPerSecond(device))
                        .put("bytesPerSecond", interval.bytesPerSecond(device));
            }
            all.add(json);
        }
        return all;
    }

    private static String word(final Enum<?> constant) {
        return Words.of(constant);
    }
}

package io.github.iocp4j.tools.monitor;

import io.github.iocp4j.monitoring.PortFigures;
import io.github.iocp4j.monitoring.PortFigures.DeviceFigures;
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
        final PortFigures port = interval.now();
        final JsonObject json = new JsonObject()
                .put("time", TIME.format(Instant.now()))
                .put("process", port.getProcessId())
                .put("port", port.getName())
                .put("state", word(port.getState()))
                .put("polled", port.isPolled())
                .put("concurrency", port.getConcurrency())
                .put("batchCeiling", port.getBatchCeiling())
                .put("operationCeiling", port.getOperationCeiling())
                .put("operationsInFlight", port.getOperationsInFlight())
                .put("mostOperationsInFlight", port.getMostOperationsInFlight())
                .put("queuedPackets", port.getQueuedPackets())
                .put("completions", port.getCompletions())
                .put("operationsAccepted", port.getOperationsAccepted())
                .put("operationsCompleted", port.getOperationsCompleted())
                .put("operationsCompletedInline", port.getOperationsCompletedInline())
                .put("operationsQuarantined", port.getOperationsQuarantined())
                .put("bytes", port.getBytes())
                .put("foreignPackets", port.getForeignPackets())
                .put("unbalancedDevices", port.getUnbalancedDevices());
        if (interval.hasRates()) {
            json.put("completionsPerSecond", interval.perSecond(PortFigures::getCompletions))
                    .put("operationsPerSecond", interval.perSecond(PortFigures::getOperationsCompleted))
                    .put("bytesPerSecond", interval.perSecond(PortFigures::getBytes));
        }
        final JsonObject failures = new JsonObject();
        port.getFailures().forEach(failures::put);
        return json.put("batches", port.getBatches())
                .put("largestBatch", port.getLargestBatch())
                .put("batchesBySize", LongStream.of(port.getBatchesBySize()).boxed().collect(Collectors.toList()))
                .put("failures", failures)
                .put("workers", workers(port))
                .put("deviceCount", port.getDeviceCount())
                .put("devices", devices(interval)).toString() + '\n';
    }

    private static List<JsonObject> workers(final PortFigures port) {
        return port.getWorkerStates().stream().map(worker -> new JsonObject()
                .put("activity", word(worker.getActivity())).put("millis", worker.getMillis()))
                .collect(Collectors.toList());
    }

    private List<JsonObject> devices(final Interval interval) {
        final List<JsonObject> all = new ArrayList<>();
        for (final DeviceFigures device : order.first(devices, interval)) {
            final JsonObject json = new JsonObject()
                    .put("key", Long.toHexString(device.getKey()))
                    .put("kind", word(device.getKind()))
                    .put("name", device.getName())
                    .put("closing", device.isClosing())
                    .put("operationsInFlight", device.getOperationsInFlight())
                    .put("operationsAccepted", device.getOperationsAccepted())
                    .put("operationsCompleted", device.getOperationsCompleted())
                    .put("operationsCompletedInline", device.getOperationsCompletedInline())
                    .put("bytes", device.getBytes());
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

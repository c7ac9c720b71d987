package io.github.iocp4j.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the memory of iocp4j for each operation and each idle connection. A C++ program counts the allocations of
 * the native core, exactly; Java programs measure the heap of their JVM, one of them that of Netty's transports.
 */
final class Memory implements Benchmark {
    private static final String CONNECTIONS = "1024";
    private static final String IDLE_CONNECTIONS = "io.github.iocp4j.bench.contestants.IdleConnections";
    private static final String NETTY_CONNECTIONS = "io.github.iocp4j.bench.contestants.NettyIdleConnections";
    private static final String WAITING_READERS = "io.github.iocp4j.bench.contestants.WaitingReaders";
    private static final String READERS = "10000";
    private static final String BYTES = "bytes";
    private static final double OPERATION = 192;
    private static final double PIPE = 256;
    private static final double SOCKET = 384;
    private static final double PIPE_OBJECT = 96;
    private static final double SOCKET_OBJECT = 120;

    private final Platform platform;

    Memory(final Platform platform) {
        this.platform = platform;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String title() {
        return "memory of an operation in flight and of an idle connection, but for buffers and the kernel's";
    }

    @Override
    public void run(final Schedule schedule, final Findings findings) throws IOException, InterruptedException {
        final Map<String, Double> counted = counts("memory", platform.program("memory", CONNECTIONS));
        counted.putAll(counts("idle-connections", platform.java(IDLE_CONNECTIONS, CONNECTIONS)));
        counted.putAll(counts("netty-connections", platform.java(NETTY_CONNECTIONS, CONNECTIONS)));
        counted.putAll(counts("waiting-readers", platform.java(WAITING_READERS, READERS)));
        final Double heapWithNio = counted.get("netty-nio-heap");
        for (final Figure figure : List.of(
                figure(counted, "pipe-operation", "native, a pipe's read in flight", BYTES, OPERATION),
                figure(counted, "socket-operation", "native, a socket's read in flight", BYTES, OPERATION),
                figure(counted, "pipe-connection", "native, an idle pipe connection", BYTES, PIPE),
                figure(counted, "pipe-blocks", "of these, allocated by themselves", "blocks", null),
                figure(counted, "socket-connection", "native, an idle socket connection", BYTES, SOCKET),
                figure(counted, "socket-blocks", "of these, allocated by themselves", "blocks", null),
                figure(counted, "pipe-heap", "Java heap, an idle pipe connection", BYTES, PIPE_OBJECT),
                figure(counted, "socket-heap", "Java heap, an idle socket connection", BYTES, SOCKET_OBJECT),
                figure(counted, "netty-nio-heap", "Java heap, an idle connection of Netty NIO", BYTES, null),
                figure(counted, "netty-nio-direct", "direct buffers, the same", BYTES, null),
                figure(counted, "netty-iocp-heap", "Java heap, an idle connection of iocp4j-netty", BYTES, heapWithNio),
                figure(counted, "netty-iocp-direct", "direct buffers, the same", BYTES, 0.0),
                figure(counted, "netty-zero-byte-heap", "Java heap, the same with ZERO_BYTE_READS", BYTES, heapWithNio),
                figure(counted, "netty-zero-byte-direct", "direct buffers, the same", BYTES, 0.0),
                figure(counted, "pipe-socket-heap", "Java heap, an idle PipeSocket", BYTES, null))) {
            findings.add(figure);
        }
        if (counted.containsKey("reader-heap")) {
            findings.add(figure(counted, "reader-heap", "Java heap, one of 10,000 virtual threads that read from one",
                    BYTES, null));
            findings.add(figure(counted, "reader-direct", "direct buffers, the same", BYTES, null));
        }
    }

    private static Figure figure(final Map<String, Double> counted, final String key, final String name,
            final String unit, final Double limit) throws IOException {
        final Double value = counted.get(key);
        if (value == null) {
            throw new IOException("There is no figure for " + key);
        }
        return new Figure(name, value, unit, limit);
    }

    /** The output of a program: a line for each count, with its key and its value. */
    private Map<String, Double> counts(final String name, final List<String> command)
            throws IOException, InterruptedException {
        final Path errors = platform.target().resolve(name + ".log");
        final Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        final List<String> lines = new ArrayList<>();
        new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).lines().forEach(lines::add);
        if (process.waitFor() != 0) {
            throw new IOException(name + " has failed; what it said is in " + errors);
        }
        final Map<String, Double> counts = new LinkedHashMap<>();
        for (final String line : lines) {
            final String[] count = line.split(" ");
            counts.put(count[0], Double.valueOf(count[1]));
        }
        return counts;
    }
}

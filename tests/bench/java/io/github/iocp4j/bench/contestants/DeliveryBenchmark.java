package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.SyntheticDelivery;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The cost of a completion from the worker's memory to the listener, without a kernel, in nanoseconds. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DeliveryBenchmark {
    private static final int COMPLETIONS = 65_536;

    /** Completions of one upcall. */
    @Param({"1", "8", "64", "256"})
    private int batch;

    private SyntheticDelivery toJava;
    private SyntheticDelivery toJavaInBatches;
    private SyntheticDelivery toEmptyListener;
    private SyntheticDelivery toNative;
    private long sum;

    /**
     * Makes the listeners.
     *
     * @throws Win32Exception when no port can be opened
     */
    @Setup
    public void open() throws Win32Exception {
        toJava = SyntheticDelivery.toJava(this::onCompletion, batch);
        toJavaInBatches = SyntheticDelivery.toJavaInBatches(this::onCompletions, batch);
        toEmptyListener = SyntheticDelivery.toJavaInBatches(completions -> { }, batch);
        toNative = SyntheticDelivery.toNative(batch);
    }

    /**
     * A listener that reads all fields.
     *
     * @return a value that the compiler cannot predict
     */
    @Benchmark
    @OperationsPerInvocation(COMPLETIONS)
    public long iocp4j() {
        toJava.deliver(COMPLETIONS / batch);
        return sum;
    }

    /**
     * The same with a batch listener.
     *
     * @return a value that the compiler cannot predict
     */
    @Benchmark
    @OperationsPerInvocation(COMPLETIONS)
    public long batches() {
        toJavaInBatches.deliver(COMPLETIONS / batch);
        return sum;
    }

    /** A listener that reads nothing: only the upcall. */
    @Benchmark
    @OperationsPerInvocation(COMPLETIONS)
    public void upcall() {
        toEmptyListener.deliver(COMPLETIONS / batch);
    }

    /** The same listener in C++. */
    @Benchmark
    @OperationsPerInvocation(COMPLETIONS)
    public void floor() {
        toNative.deliver(COMPLETIONS / batch);
    }

    private void onCompletion(final Completion completion) {
        if (completion.status() == Win32Error.SUCCESS) {
            sum += completion.key() + completion.token() + completion.bytes() + completion.opcode().ordinal();
        }
    }

    private void onCompletions(final CompletionBatch completions) {
        long found = 0;
        for (int i = 0; i < completions.size(); i++) {
            if (completions.status(i) == Win32Error.SUCCESS) {
                found += completions.key(i) + completions.token(i) + completions.bytes(i)
                        + completions.opcode(i).ordinal();
            }
        }
        sum += found;
    }
}

package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.SyntheticSubmission;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The cost of an operation from the caller to the Win32 call and back, without a kernel, in nanoseconds. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SubmissionBenchmark {
    private SyntheticSubmission submission;

    /**
     * Opens what is read.
     *
     * @throws IOException when that fails
     */
    @Setup
    public void open() throws IOException {
        submission = new SyntheticSubmission();
    }

    /**
     * Closes it again.
     *
     * @throws IOException when that fails
     */
    @TearDown
    public void close() throws IOException {
        submission.close();
    }

    /**
     * A read that completes inline.
     *
     * @return what it answers
     */
    @Benchmark
    public long iocp4j() {
        return submission.read();
    }

    /**
     * The same in a registered buffer.
     *
     * @return what it answers
     */
    @Benchmark
    public long registered() {
        return submission.readRegistered();
    }

    /**
     * A write to a socket that completes inline.
     *
     * @return what it answers
     */
    @Benchmark
    public long write() {
        return submission.write();
    }

    /**
     * The same in memory that is given by its address.
     *
     * @return what it answers
     */
    @Benchmark
    public long writeRaw() {
        return submission.writeRaw();
    }

    /**
     * A write of eight buffers that completes inline.
     *
     * @return what it answers
     */
    @Benchmark
    public long gather() {
        return submission.gather();
    }

    /**
     * The same by a list of buffers, which allocates nothing.
     *
     * @return what it answers
     */
    @Benchmark
    public long gatherList() {
        return submission.gatherList();
    }

    /**
     * The same in memory that is given by its addresses.
     *
     * @return what it answers
     */
    @Benchmark
    public long gatherRaw() {
        return submission.gatherRaw();
    }

    /**
     * A native method that does nothing: the minimum cost for any library.
     *
     * @return something
     */
    @Benchmark
    public long call() {
        return submission.call();
    }
}

package io.github.iocp4j;

/**
 * A job: a group of processes, with all those that they start in turn. Its port is told when the last one has ended.
 *
 * <p>Windows posts the news of a job to a port by itself ({@code JOBOBJECT_ASSOCIATE_COMPLETION_PORT}); no thread waits
 * for it. Other news of the job is not told.
 */
public final class JobObject extends Device {
    private JobObject(final CompletionPort port, final long key) {
        super(port, key, DeviceNative.name(key));
    }

    /** What becomes of the processes when the job is closed. */
    public enum AtClose {
        /** They go on, and nobody is told of their ends. */
        LEAVE,
        /** Windows ends them, also when this program ends in whatever way: none outlives it. */
        KILL
    }

    /**
     * Makes a job that has no process yet ({@code CreateJobObjectW}).
     *
     * @param port receives the completions
     * @param atClose what becomes of its processes
     * @return the job
     * @throws Win32Exception when Windows refuses
     * @throws PortClosedException when the port is closed or closing
     */
    public static JobObject open(final CompletionPort port, final AtClose atClose) throws Win32Exception {
        final long answer = JobObjectNative.open(port.id(), atClose == AtClose.KILL);
        return port.register(new JobObject(port, Refusal.key(answer, "CreateJobObject", port)));
    }

    /**
     * Puts a process into the job ({@code AssignProcessToJobObject}). What it has started before is not in it, what it
     * starts from now on is.
     *
     * @param processId as {@link ProcessHandle#pid} tells it
     * @throws Win32Exception when there is no such process, or it may not be put into the job
     * @throws IllegalArgumentException when no process can have that id
     * @throws DeviceClosedException when the job is closed or closing
     */
    public void assign(final long processId) throws Win32Exception {
        answered(JobObjectNative.assign(key(), ProcessIds.check(processId)), "AssignProcessToJobObject");
    }

    /**
     * Ends all processes of the job ({@code TerminateJobObject}). Their ends are told as any others.
     *
     * @param exitCode what they shall have ended with
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the job is closed or closing
     */
    public void terminate(final int exitCode) throws Win32Exception {
        answered(JobObjectNative.terminate(key(), exitCode), "TerminateJobObject");
    }

    /**
     * How many processes are running in the job ({@code QueryInformationJobObject}).
     *
     * @return the number
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the job is closed or closing
     */
    public int processes() throws Win32Exception {
        return (int) answered(JobObjectNative.processes(key()), "QueryInformationJobObject");
    }

    /**
     * Completes when no process is running in the job, at once if that is so already: put processes into it first. The
     * completion has the opcode {@link Opcode#WAIT} and moves no bytes.
     *
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws DeviceClosedException when the job is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long awaitEmpty(final long token) {
        return accepted(JobObjectNative.awaitEmpty(key(), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Waits as {@link #awaitEmpty(long)} does, with a deadline: when the time is up, it completes with
     * {@link Win32Error#TIMEOUT}.
     *
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1; kept to within about 20
     * @return the operation's id, for {@link #cancel}
     */
    public long awaitEmpty(final long token, final int timeoutMillis) {
        return accepted(JobObjectNative.awaitEmpty(key(), token, Timeouts.checkDeadline(timeoutMillis)));
    }
}

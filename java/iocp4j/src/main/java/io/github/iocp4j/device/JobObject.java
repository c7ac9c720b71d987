package io.github.iocp4j.device;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.JobObjectNative;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Timeouts;
import java.time.Duration;

/**
 * A job: a group of processes, including their child processes. A completion arrives when the last process has ended.
 *
 * <p>Windows itself posts a job's notifications to the port ({@code JOBOBJECT_ASSOCIATE_COMPLETION_PORT}); no thread
 * waits. Notifications other than the end of the last process are ignored.
 */
public final class JobObject extends Device {
    private JobObject(final CompletionPort port, final long key) {
        super(new OpenedDevice(port, key, DeviceNative.name(key)));
    }

    /** What happens to the processes when the job is closed. */
    public enum AtClose {
        /** They continue; their ends are not reported. */
        LEAVE,
        /** Windows ends them, also when this program exits or crashes. */
        KILL
    }

    /**
     * Creates a job without processes ({@code CreateJobObjectW}).
     *
     * @param port receives the completions
     * @param atClose what happens to the processes when the job is closed
     * @return the job
     * @throws Win32Exception when Windows refuses
     * @throws PortClosedException when the port is closed or closing
     */
    public static JobObject open(final CompletionPort port, final AtClose atClose) throws Win32Exception {
        final long answer = JobObjectNative.open(PortAccess.get().id(port), atClose == AtClose.KILL);
        return PortAccess.get().register(port, new JobObject(port, EngineError.key(answer, "CreateJobObject", port)));
    }

    /**
     * Adds a process to the job ({@code AssignProcessToJobObject}). Its later child processes belong to the job, too;
     * its earlier ones do not.
     *
     * @param processId as from {@link ProcessHandle#pid}
     * @throws Win32Exception when there is no such process, or it cannot be added to the job
     * @throws IllegalArgumentException when no process can have that id
     * @throws DeviceClosedException when the job is closed or closing
     */
    public void assign(final long processId) throws Win32Exception {
        EngineError.checked(this, JobObjectNative.assign(key(), ProcessIds.check(processId)),
                "AssignProcessToJobObject");
    }

    /**
     * Ends all processes of the job ({@code TerminateJobObject}). The completion of {@link #awaitEmpty} follows as
     * usual.
     *
     * @param exitCode the exit code of the processes
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the job is closed or closing
     */
    public void terminate(final int exitCode) throws Win32Exception {
        EngineError.checked(this, JobObjectNative.terminate(key(), exitCode), "TerminateJobObject");
    }

    /**
     * The number of running processes in the job ({@code QueryInformationJobObject}).
     *
     * @return the number
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the job is closed or closing
     */
    public int processes() throws Win32Exception {
        return (int) EngineError.checked(this, JobObjectNative.processes(key()), "QueryInformationJobObject");
    }

    /**
     * Starts an operation that completes when no process is running in the job. Add processes first: for an empty job
     * it completes at once. The completion has the opcode {@link Opcode#WAIT} and 0 bytes.
     *
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws DeviceClosedException when the job is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long awaitEmpty(final long token) {
        return PortAccess.get().accepted(this, JobObjectNative.awaitEmpty(key(), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts an operation as {@link #awaitEmpty(long)} does, with a deadline. If a process is still running by then,
     * the operation completes with {@link Win32Error#TIMEOUT}.
     *
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long awaitEmpty(final Duration timeout, final long token) {
        return PortAccess.get().accepted(this, JobObjectNative.awaitEmpty(key(), token, Timeouts.deadline(timeout)));
    }
}

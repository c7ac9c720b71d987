package io.github.iocp4j.pipe;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.device.JobObject;
import io.github.iocp4j.internal.ChildProcessNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Ranges;
import io.github.iocp4j.internal.Timeouts;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A process that this program has started. Its standard streams are pipes on the port, its end is a completion, and it
 * can be killed together with its descendants.
 *
 * <pre>{@code
 * ChildProcess child = ChildProcess.builder(port, "find.exe", "needle").stderrToStdout().start();
 * child.stdout().read(buffer, READ);                          // until it completes with BROKEN_PIPE
 * child.awaitExitOrKill(Duration.ofSeconds(30), EXIT);        // its completion has the exit code
 * }</pre>
 *
 * <p><b>Streams.</b> {@link #stdin}, {@link #stdout} and {@link #stderr} are ordinary {@link NamedPipe}s. Close
 * {@code stdin} to end the child's input. A read of {@code stdout} or {@code stderr} completes with
 * {@link Win32Error#BROKEN_PIPE} when all data is read and every process that has the other end has exited. Output
 * stays in the pipe after the child has ended, so that nothing is lost, whatever completes first. A child whose output
 * is not read waits when the pipe is full: read both streams, or merge or discard one.
 *
 * <p><b>Handles.</b> The child inherits the handles of its standard streams and no other
 * ({@code PROC_THREAD_ATTRIBUTE_HANDLE_LIST}). During the call of {@link Builder#start}, other code of this process
 * that starts a process without such a list, such as {@link ProcessBuilder}, may pass these handles on by chance; then
 * the streams end only when that process has ended, too.
 *
 * <p><b>Descendants.</b> The child is created suspended, put into a job of its own, and resumed; therefore each process
 * that it starts belongs to the job. {@link #kill} and the deadline of {@link #awaitExitOrKill} end all of them.
 *
 * <p><b>Close.</b> {@link #close} closes the pipes and, unless {@link Builder#atClose} says otherwise, kills the
 * process and its descendants. They are also killed when this program exits or crashes, or the port is closed. With
 * {@link io.github.iocp4j.device.JobObject.AtClose#LEAVE} they continue, with broken pipes.
 */
public final class ChildProcess extends Device {
    private static final int KILLED = 1;
    private static final int MERGE = Stdio.values().length;

    private final long pid;
    private final NamedPipe stdin;
    private final NamedPipe stdout;
    private final NamedPipe stderr;

    private ChildProcess(final CompletionPort port, final long key, final long[] opened) {
        super(new OpenedDevice(port, key, "process " + opened[0]));
        pid = opened[0];
        stdin = pipe(port, opened[1]);
        stdout = pipe(port, opened[2]);
        stderr = pipe(port, opened[3]);
    }

    /** What a standard stream of a child is connected to. */
    public enum Stdio {
        /** A pipe on the port. */
        PIPE,
        /** What the same stream of this process is connected to. */
        INHERIT,
        /** The device {@code NUL}: output is discarded, input is at its end. */
        NULL
    }

    /**
     * Starts to configure a process.
     *
     * @param port receives the completions of the process and of its pipes
     * @param command the program and its arguments. Windows looks for a program without a path in the folder of this
     *     program (that is {@code java.exe}), in the current folder, in those of Windows, and in {@code PATH}; it adds
     *     {@code .exe}. The arguments are quoted as the C runtime library of Microsoft expects it; for a program with
     *     other rules, such as {@code cmd.exe}, use {@link #ofCommandLine}
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the command is empty or too long, a word contains NUL, or the program is a
     *     batch file
     */
    public static Builder builder(final CompletionPort port, final String... command) {
        return builder(port, List.of(command));
    }

    /**
     * Starts to configure a process, as {@link #builder(CompletionPort, String...)} does.
     *
     * @param port receives the completions of the process and of its pipes
     * @param command the program and its arguments
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the command is empty or too long, a word contains NUL, or the program is a
     *     batch file
     */
    public static Builder builder(final CompletionPort port, final List<String> command) {
        return new Builder(Objects.requireNonNull(port, "port"), CommandLine.of(command));
    }

    /**
     * Starts to configure a process with a command line that is passed as it is.
     *
     * @param port receives the completions of the process and of its pipes
     * @param commandLine the program, in quotes if it contains a space, and what it gets; never build it from untrusted
     *     text
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the command line is empty or too long, or contains NUL
     */
    public static Builder ofCommandLine(final CompletionPort port, final String commandLine) {
        return new Builder(Objects.requireNonNull(port, "port"),
                CommandLine.check(Objects.requireNonNull(commandLine, "commandLine")));
    }

    /**
     * The process id.
     *
     * @return the id; after the end of the process, Windows may give it to another one
     */
    public long pid() {
        return pid;
    }

    /**
     * The pipe that the child reads as its standard input. Close it to end the input.
     *
     * @return a pipe that can be written
     * @throws IllegalStateException when the stream is not a {@link Stdio#PIPE}
     */
    public NamedPipe stdin() {
        return orThrow(stdin, "standard input");
    }

    /**
     * The pipe with the child's standard output.
     *
     * @return a pipe that can be read
     * @throws IllegalStateException when the stream is not a {@link Stdio#PIPE}
     */
    public NamedPipe stdout() {
        return orThrow(stdout, "standard output");
    }

    /**
     * The pipe with the child's standard error stream.
     *
     * @return a pipe that can be read
     * @throws IllegalStateException when the stream is not a {@link Stdio#PIPE}, or goes to the standard output
     */
    public NamedPipe stderr() {
        return orThrow(stderr, "standard error");
    }

    /**
     * Starts to wait for the end of the process; its descendants may still run. The completion has the opcode
     * {@link Opcode#WAIT}, and {@link #exitCode} reads its exit code. After the end, it completes at once. Any number
     * of waits may be in flight.
     *
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws DeviceClosedException when the process is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long awaitExit(final long token) {
        return await(false, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts to wait as {@link #awaitExit(long)} does, with a deadline. If the process is still running by then, the
     * wait completes with {@link Win32Error#TIMEOUT}, and the process continues.
     *
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long awaitExit(final Duration timeout, final long token) {
        return await(false, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts to wait as {@link #awaitExit(long)} does, with a deadline. If the process is still running by then, it and
     * its descendants are killed as by {@link #kill kill(1)}, and the wait completes with {@link Win32Error#TIMEOUT}. A
     * worker or poller of the port does that before it calls the listener. A wait that is cancelled kills nothing.
     *
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long awaitExitOrKill(final Duration timeout, final long token) {
        return await(true, token, Timeouts.deadline(timeout));
    }

    /**
     * The exit code in a completion of {@link #awaitExit(long)}.
     *
     * @param completion the listener's completion
     * @return an unsigned 32-bit number
     * @throws IllegalArgumentException when it is not a successful completion of a wait of this process
     */
    public long exitCode(final Completion completion) {
        if (completion.key() != key() || completion.opcode() != Opcode.WAIT
                || completion.status() != Win32Error.SUCCESS) {
            throw new IllegalArgumentException("The completion is a " + completion.opcode() + " of "
                    + completion.device() + " with status " + Win32Error.name(completion.status())
                    + ", not a successful WAIT of " + this);
        }
        return Integer.toUnsignedLong(completion.detail());
    }

    /**
     * Kills the process and its descendants ({@code TerminateJobObject}). The completions of waits follow as usual.
     * When none of them is running, the call has no effect.
     *
     * @param exitCode the exit code of the processes
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the process is closed or closing
     */
    public void kill(final int exitCode) throws Win32Exception {
        EngineError.checked(this, ChildProcessNative.kill(key(), exitCode), "TerminateJobObject");
    }

    /**
     * Kills the process and its descendants as {@link #kill(int)} does, with the exit code 1.
     *
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the process is closed or closing
     */
    public void kill() throws Win32Exception {
        kill(KILLED);
    }

    /**
     * The number of running processes among this one and its descendants ({@code QueryInformationJobObject}).
     *
     * @return the number
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the process is closed or closing
     */
    public int processes() throws Win32Exception {
        return (int) EngineError.checked(this, ChildProcessNative.processes(key()), "QueryInformationJobObject");
    }

    private long await(final boolean kill, final long token, final int milliseconds) {
        return PortAccess.get().accepted(this, ChildProcessNative.awaitExit(key(), kill, token, milliseconds));
    }

    private NamedPipe orThrow(final NamedPipe pipe, final String stream) {
        if (pipe == null) {
            throw new IllegalStateException("The " + stream + " of " + this + " is not a pipe of its own: its builder"
                    + " has connected it to something else");
        }
        return pipe;
    }

    private static NamedPipe pipe(final CompletionPort port, final long key) {
        return key == 0 ? null : PortAccess.get().register(port, new NamedPipe(port, key, 0));
    }

    /**
     * Configures a process.
     */
    public static final class Builder {
        private static final int MAX_BUFFER = 1 << 24;

        private final CompletionPort port;
        private final String commandLine;
        private String folder;
        private Environment environment;
        private Stdio stdin = Stdio.PIPE;
        private Stdio stdout = Stdio.PIPE;
        private Stdio stderr = Stdio.PIPE;
        private boolean merged;
        private int buffer = 65_536;
        private JobObject job;
        private JobObject.AtClose atClose = JobObject.AtClose.KILL;

        private Builder(final CompletionPort port, final String commandLine) {
            this.port = port;
            this.commandLine = commandLine;
        }

        /**
         * The current folder of the process. Default: that of this process.
         *
         * @param directory a folder on the default file system; Windows accepts 258 characters at most
         * @return this
         * @throws IllegalArgumentException when the path belongs to another file system, such as a zip file
         */
        public Builder directory(final Path directory) {
            if (directory.getFileSystem() != FileSystems.getDefault()) {
                throw new IllegalArgumentException(directory + " lies in " + directory.getFileSystem()
                        + ", which Windows does not know: use a path of the default file system");
            }
            folder = directory.toAbsolutePath().toString();
            return this;
        }

        /**
         * Sets or removes a variable of the environment. Names do not depend on case. Default: the environment of this
         * process.
         *
         * @param name not empty, and without an equals sign
         * @param value the value, or null to remove the variable
         * @return this
         * @throws IllegalArgumentException when the name or the value is malformed
         */
        public Builder environment(final String name, final String value) {
            Objects.requireNonNull(name, "name");
            if (environment == null) {
                environment = Environment.inherited();
            }
            environment.set(name, value);
            return this;
        }

        /**
         * Removes all variables of the environment, except {@code SystemRoot}, without which Windows does not work.
         *
         * @return this
         */
        public Builder clearEnvironment() {
            environment = Environment.empty();
            return this;
        }

        /**
         * The standard input. Default: {@link Stdio#PIPE}.
         *
         * @param what where the child reads from
         * @return this
         */
        public Builder stdin(final Stdio what) {
            stdin = Objects.requireNonNull(what, "what");
            return this;
        }

        /**
         * The standard output. Default: {@link Stdio#PIPE}.
         *
         * @param what where the child writes to
         * @return this
         */
        public Builder stdout(final Stdio what) {
            stdout = Objects.requireNonNull(what, "what");
            return this;
        }

        /**
         * The standard error stream. Default: {@link Stdio#PIPE}.
         *
         * @param what where the child writes to
         * @return this
         */
        public Builder stderr(final Stdio what) {
            stderr = Objects.requireNonNull(what, "what");
            merged = false;
            return this;
        }

        /**
         * Connects the standard error stream to what the standard output is connected to.
         *
         * @return this
         */
        public Builder stderrToStdout() {
            merged = true;
            return this;
        }

        /**
         * The size of the kernel's buffer for each pipe. It is a hint, which Windows rounds. Default: 65 536 bytes.
         *
         * @param bytes from 0 to 16 MiB
         * @return this
         */
        public Builder buffer(final int bytes) {
            buffer = Ranges.inRange("The pipe's buffer", bytes, 0, MAX_BUFFER);
            return this;
        }

        /**
         * A job that the process joins before it runs, in addition to its own: for example to wait for the end of
         * several processes with {@link JobObject#awaitEmpty}. Default: none.
         *
         * @param outer an open job, of any port
         * @return this
         */
        public Builder job(final JobObject outer) {
            job = Objects.requireNonNull(outer, "outer");
            return this;
        }

        /**
         * What happens to the process and its descendants when the {@link ChildProcess} is closed, or this program
         * exits. Default: {@link io.github.iocp4j.device.JobObject.AtClose#KILL}.
         *
         * @param what whether they are killed
         * @return this
         */
        public Builder atClose(final JobObject.AtClose what) {
            atClose = Objects.requireNonNull(what, "what");
            return this;
        }

        /**
         * Starts the process ({@code CreateProcessW} suspended, {@code AssignProcessToJobObject},
         * {@code ResumeThread}). A virtual thread parks during the call and does not pin its carrier. If the call
         * fails, no process is left.
         *
         * @return the running process
         * @throws Win32Exception when Windows refuses: {@link Win32Error#FILE_NOT_FOUND} or
         *     {@link Win32Error#PATH_NOT_FOUND} when there is no such program, {@link Win32Error#ACCESS_DENIED} when
         *     this user may not run it, {@link Win32Error#DIRECTORY} when there is no such folder
         * @throws DeviceClosedException when the job is closed
         * @throws PortClosedException when the port is closed or closing
         */
        public ChildProcess start() throws Win32Exception {
            final long[] opened = new long[4];
            final String variables = environment == null ? null : environment.block();
            final long answer = OffCarrier.call(() -> ChildProcessNative.open(PortAccess.get().id(port), commandLine,
                    folder, variables, stdin.ordinal(), stdout.ordinal(), merged ? MERGE : stderr.ordinal(), buffer,
                    atClose == JobObject.AtClose.KILL, job == null ? 0 : job.key(), opened));
            if (EngineError.of(answer) == EngineError.DEVICE_CLOSED) {
                throw EngineError.DEVICE_CLOSED.exception(job);
            }
            final String call = "CreateProcess " + CommandLine.program(commandLine);
            final long key = EngineError.key(answer, call + why(EngineError.win32Error(answer)), port);
            return PortAccess.get().register(port, new ChildProcess(port, key, opened));
        }

        /** Explains an error code further, where that is possible. */
        private String why(final int error) {
            switch (error) {
                case Win32Error.FILE_NOT_FOUND:
                case Win32Error.PATH_NOT_FOUND:
                    return " (there is no such program, neither at this path nor in PATH)";
                case Win32Error.DIRECTORY:
                    return " in " + folder + " (there is no such folder)";
                default:
                    return "";
            }
        }
    }
}

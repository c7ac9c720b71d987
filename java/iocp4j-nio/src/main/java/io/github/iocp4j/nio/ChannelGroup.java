package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.internal.raw.AdapterFacts;
import java.io.IOException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.security.AccessControlContext;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A polled port, the threads that poll it and call handlers, and the channels that belong to it.
 *
 * <p>A poll dequeues one completion, because its thread then calls a handler, which may block: a second completion of
 * the same poll would wait for it, although other threads are free.
 */
final class ChannelGroup extends AsynchronousChannelGroup implements Executor {
    /** The maximum of pollers of one port. */
    static final int MAX_THREADS = 1024;

    /** The ceiling of operations in flight. */
    static final int OPERATIONS = 1 << 20;
    private static final AtomicLong GROUPS = new AtomicLong();

    private final ExecutorService executor;
    /** Whether the threads of the executor do nothing but poll. */
    private final boolean fixed;
    private final CompletionPort port;
    /** By token: the completion of an accept names the connection and not its server. */
    private final Map<Long, ServerChannel> servers = new ConcurrentHashMap<>();
    private final AtomicLong nextToken = new AtomicLong(1);
    private final Standby standby = new Standby();
    /** The loops that have not ended; {@link #start} counts as one. The last of them shuts the executor down. */
    private final AtomicInteger loops = new AtomicInteger(1);
    private final ReentrantLock lock = new ReentrantLock();

    // Changed with the lock only.
    private final Set<AsynchronousChannel> channels = new HashSet<>();
    /** Handlers that wait for their turn, and the tasks of a fixed group. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private volatile boolean hasTasks;
    private volatile boolean shutdown;
    /** Set when the last channel of a group that is shut down has ended; the port is then closed. */
    private boolean ending;

    private ChannelGroup(
            final AsynchronousChannelProvider provider, final ExecutorService executor, final boolean fixed,
            final int concurrency, final int operations) throws IOException {
        super(provider);
        this.executor = executor;
        this.fixed = fixed;
        port = OwnPermissions.call(() -> CompletionPort.builder(this::onCompletion).polled().batch(1)
                .operations(operations).concurrency(concurrency).name("iocp4j-nio-group-" + GROUPS.getAndIncrement())
                .open());
    }

    /** A group whose threads are those of the executor, of which it takes all. */
    static ChannelGroup fixed(
            final AsynchronousChannelProvider provider, final ExecutorService executor, final int threads,
            final int operations) throws IOException {
        return new ChannelGroup(provider, executor, true, threads, operations).start(threads);
    }

    /** A group with an internal thread that hands handlers over to the executor. */
    static ChannelGroup handingOver(
            final AsynchronousChannelProvider provider, final ExecutorService executor, final int initialSize)
            throws IOException {
        Objects.requireNonNull(executor, "executor");
        final int processors = Runtime.getRuntime().availableProcessors();
        final int pollers = !isUnbounded(executor) ? 0 : initialSize < 0 ? processors : initialSize;
        final ChannelGroup group =
                new ChannelGroup(provider, executor, false, Math.min(MAX_THREADS, processors + 1), OPERATIONS);
        return group.start(Math.min(MAX_THREADS / 2, pollers));
    }

    CompletionPort port() {
        return port;
    }

    Standby standby() {
        return standby;
    }

    /** Adds a channel, which calls {@link #remove} when its handle is closed. */
    void add(final AsynchronousChannel channel) {
        lock.lock();
        try {
            if (shutdown) {
                throw new ShutdownChannelGroupException();
            }
            channels.add(channel);
        } finally {
            lock.unlock();
        }
    }

    void remove(final AsynchronousChannel channel) {
        lock.lock();
        try {
            channels.remove(channel);
        } finally {
            lock.unlock();
        }
        endIfDone();
    }

    long newToken() {
        return nextToken.getAndIncrement();
    }

    /** From now on, the server gets the completions of accepts with that token. */
    void addServer(final long token, final ServerChannel server) {
        servers.put(token, server);
    }

    void removeServer(final long token) {
        servers.remove(token);
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return executor.isTerminated();
    }

    @Override
    public boolean awaitTermination(final long timeout, final TimeUnit unit) throws InterruptedException {
        return executor.awaitTermination(timeout, unit);
    }

    @Override
    public void shutdown() {
        lock.lock();
        try {
            shutdown = true;
        } finally {
            lock.unlock();
        }
        endIfDone();
    }

    @Override
    public void shutdownNow() {
        shutdown();
        final AsynchronousChannel[] open;
        lock.lock();
        try {
            open = channels.toArray(new AsynchronousChannel[0]);
        } finally {
            lock.unlock();
        }
        for (final AsynchronousChannel channel : open) {
            close(channel);
        }
    }

    @Override
    public String toString() {
        return "AsynchronousChannelGroup[" + port.name() + (shutdown ? ", shut down]" : "]");
    }

    /**
     * Calls a handler: on this thread if it is one of the group and not too deep in handlers, otherwise on another one.
     *
     * @throws ShutdownChannelGroupException when the group has terminated
     */
    void dispatch(final HandlerCall handler) {
        final HandlerThread thread = HandlerThread.of(this);
        if (thread == null) {
            enqueue(handler);
        } else if (!thread.accept(handler) && !defer(handler)) {
            enqueue(handler);
        }
    }

    /**
     * Lets a thread that polls have the task after the completions that are queued already. Returns false when the
     * group has ended.
     */
    private boolean defer(final Runnable task) {
        lock.lock();
        try {
            if (ending) {
                return false;
            }
            tasks.add(task);
            hasTasks = true;
        } finally {
            lock.unlock();
        }
        port.wakeUp();
        return true;
    }

    /**
     * Runs a task of a program that knows the groups of the JDK to be executors. As there, the task has no permission
     * that its caller does not have, if there is a security manager.
     *
     * @throws RejectedExecutionException when the group has terminated, or its executor refuses the task
     */
    @Override
    public void execute(final Runnable task) {
        Objects.requireNonNull(task, "task");
        final Runnable run = System.getSecurityManager() == null ? task : withPermissionsOfCaller(task);
        if (!fixed) {
            executor.execute(run);
        } else if (!defer(run)) {
            throw new RejectedExecutionException(new ShutdownChannelGroupException());
        }
    }

    /** Calls a handler, but not on the stack of the caller. */
    void enqueue(final Runnable handler) {
        if (fixed) {
            if (!defer(handler)) {
                throw new ShutdownChannelGroupException();
            }
        } else {
            try {
                executor.execute(handler);
            } catch (final RejectedExecutionException refused) {
                throw (ShutdownChannelGroupException) new ShutdownChannelGroupException().initCause(refused);
            }
        }
    }

    /** Hands a handler over to the executor, on the internal thread, which the second argument is. */
    void handOver(final Runnable result, final HandlerThread internal) {
        final int calls = internal.calls();
        try {
            executor.execute(result);
        } catch (final RejectedExecutionException | Error refused) {
            if (internal.calls() != calls) {
                // The executor has called the handler on this thread, and the handler has thrown the error.
                throw refused;
            }
            // Its operation has been accepted, so that the handler must be called. The error is a lack of threads.
            result.run();
        }
    }

    /** Lets a new thread poll in place of one that ends because a handler has thrown. */
    void replace(final PollLoop loop) {
        try {
            executor.execute(loop);
        } catch (final RejectedExecutionException | Error refused) {
            // Other code has shut the executor down, or it has no thread.
            loopEnded();
        }
    }

    /** A loop has called all its handlers and will not poll again. */
    void loopEnded() {
        if (loops.decrementAndGet() == 0) {
            OwnPermissions.call(() -> {
                executor.shutdown();
                return null;
            });
        }
    }

    /**
     * Closes everything, because the port cannot be polled any more. On a lost port, operations in flight never
     * complete, and then the group does not terminate.
     */
    void abandon() {
        shutdownNow();
        lock.lock();
        try {
            ending = true;
        } finally {
            lock.unlock();
        }
        port.closeAsync();
    }

    /** Wakes another thread for the tasks that wait, because this one may be busy for long. */
    void passOnTasks() {
        if (hasTasks) {
            port.wakeUp();
        }
    }

    /** Returns the first task that waits, or null. */
    Runnable takeTask() {
        if (!hasTasks) {
            return null;
        }
        lock.lock();
        try {
            final Runnable task = tasks.poll();
            hasTasks = !tasks.isEmpty();
            return task;
        } finally {
            lock.unlock();
        }
    }

    private ChannelGroup start(final int pollers) {
        try {
            if (!fixed) {
                startLoop(PollLoop::startInternal);
            }
            for (int i = 0; i < pollers; i++) {
                startLoop(group -> executor.execute(new PollLoop(group)));
            }
            return this;
        } catch (final RuntimeException | Error refused) {
            shutdown();
            // There may be no loop that polls the port to its end.
            port.close();
            throw refused;
        } finally {
            loopEnded();
        }
    }

    private void startLoop(final Consumer<ChannelGroup> loop) {
        boolean started = false;
        loops.incrementAndGet();
        try {
            loop.accept(this);
            started = true;
        } finally {
            if (!started) {
                loopEnded();
            }
        }
    }

    private void endIfDone() {
        lock.lock();
        try {
            if (!shutdown || ending || !channels.isEmpty()) {
                return;
            }
            ending = true;
        } finally {
            lock.unlock();
        }
        port.closeAsync();
    }

    private void onCompletion(final Completion completion) {
        if (completion.opcode() == Opcode.ACCEPT) {
            final ServerChannel server = servers.get(completion.token());
            if (server != null) {
                server.accepted(completion);
            }
        } else {
            final Object channel = completion.device().attachment();
            if (channel instanceof StreamChannel) {
                ((StreamChannel) channel).completed(completion);
            } else {
                ((OverlappedFileChannel) channel).completed(completion);
            }
        }
    }

    /**
     * Waits until a device that is being closed has ended, so that its file can be deleted, or its address used again.
     * A thread of a group does not wait, because the end may depend on it.
     */
    static void awaitEnd(final Device closing) {
        if (!HandlerThread.isCurrent()) {
            AdapterFacts.awaitEnd(closing, Streams.CLOSE_TIMEOUT);
        }
    }

    private static void close(final AsynchronousChannel channel) {
        try {
            channel.close();
        } catch (final IOException impossible) {
            throw new AssertionError("The channels of this package close without an exception", impossible);
        }
    }

    private static Runnable withPermissionsOfCaller(final Runnable task) {
        final AccessControlContext caller = AccessController.getContext();
        return () -> AccessController.doPrivileged((PrivilegedAction<Void>) () -> {
            task.run();
            return null;
        }, caller);
    }

    private static boolean isUnbounded(final ExecutorService executor) {
        return executor instanceof ThreadPoolExecutor
                && ((ThreadPoolExecutor) executor).getMaximumPoolSize() == Integer.MAX_VALUE;
    }
}

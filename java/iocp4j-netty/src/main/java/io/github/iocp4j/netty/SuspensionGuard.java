package io.github.iocp4j.netty;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Keeps an auto-scaled group from suspending the loop while completions must come that belong to no registration: Netty
 * counts those that are not cancelled. Therefore the guard is one meanwhile. Only the loop's thread uses it.
 */
final class SuspensionGuard implements IocpIoHandle {
    private final ThreadAwareExecutor executor;
    private int holds;
    /** Null if there is no hold, or if the loop takes no handles because it ends. */
    private IoRegistration registration;

    SuspensionGuard(final ThreadAwareExecutor executor) {
        this.executor = executor;
    }

    void hold() {
        if (holds++ == 0 && executor instanceof IoEventLoop) {
            // Registers at once, because this is the loop's thread.
            final Future<IoRegistration> registered = ((IoEventLoop) executor).register(this);
            registration = registered.isSuccess() ? registered.getNow() : null;
        }
    }

    void release() {
        if (--holds == 0 && registration != null) {
            registration.cancel();
            registration = null;
        }
    }

    @Override
    public void handle(final IoRegistration registered, final IoEvent event) {
        throw new IllegalStateException("The guard starts no operations");
    }

    @Override
    public void close() {
        // It has no devices.
    }
}

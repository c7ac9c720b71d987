package io.github.iocp4j.netty;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Keeps an auto-scaled group from suspending the loop while operations of cancelled registrations are in flight. Netty
 * suspends a loop without registrations, and does not count cancelled ones. Therefore the guard is registered while
 * it is held. Only the loop's thread uses it.
 */
final class SuspensionGuard implements IocpIoHandle {
    private final ThreadAwareExecutor executor;
    private int holds;
    /** Null while nothing holds the guard, or if the loop is shutting down and refuses handles. */
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

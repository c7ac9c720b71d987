package io.github.iocp4j.bench.contestants;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import java.util.concurrent.atomic.LongAdder;

/** Counts, for all loops of this process, what the handler of a Netty loop has handled, and in how many batches. */
final class CountingIoHandler implements IoHandler {
    private static final LongAdder BATCHES = new LongAdder();
    private static final LongAdder COMPLETIONS = new LongAdder();

    private final IoHandler handler;

    private CountingIoHandler(final IoHandler handler) {
        this.handler = handler;
    }

    static IoHandlerFactory factory(final IoHandlerFactory factory) {
        return executor -> new CountingIoHandler(factory.newHandler(executor));
    }

    static long batches() {
        return BATCHES.sum();
    }

    static long completions() {
        return COMPLETIONS.sum();
    }

    @Override
    public int run(final IoHandlerContext context) {
        final int handled = handler.run(context);
        if (handled > 0) {
            BATCHES.increment();
            COMPLETIONS.add(handled);
        }
        return handled;
    }

    @Override
    public IoRegistration register(final IoHandle handle) throws Exception {
        return handler.register(handle);
    }

    @Override
    public void initialize() {
        handler.initialize();
    }

    @Override
    public void wakeup() {
        handler.wakeup();
    }

    @Override
    public boolean isCompatible(final Class<? extends IoHandle> type) {
        return handler.isCompatible(type);
    }

    @Override
    public void prepareToDestroy() {
        handler.prepareToDestroy();
    }

    @Override
    public void destroy() {
        handler.destroy();
    }
}

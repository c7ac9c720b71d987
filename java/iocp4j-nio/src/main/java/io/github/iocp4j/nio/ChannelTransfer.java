package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Device;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.Win32Error;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * A read or write of a channel. A write may take several native operations, because each copies only a part of a large
 * heap buffer.
 */
final class ChannelTransfer<V> extends ChannelOperation<V> {
    private final StreamChannel channel;
    private final Direction direction;
    private final LongFunction<V> number;
    /** On the clock of {@link System#nanoTime}; 0 for none. */
    private final long deadline;
    private long total;

    ChannelTransfer(
            final StreamChannel channel, final Direction direction, final long timeoutMillis,
            final LongFunction<V> number, final Result<V> result) {
        super(result);
        this.channel = channel;
        this.direction = direction;
        this.number = number;
        deadline = timeoutMillis == 0 ? 0 : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis) | 1;
    }

    @Override
    StreamChannel channel() {
        return channel;
    }

    @Override
    Device device() {
        return channel.device();
    }

    /** Begins, after the operation has got its direction. One of the two arguments is null. */
    void start(final ByteBuffer one, final ByteBuffer[] many) {
        final long wanted;
        try {
            buffers().hold(one, many);
            wanted = buffers().remaining();
        } catch (final NullPointerException missing) {
            fail(missing);
            return;
        }
        if (direction.isShutdown()) {
            endShutDown();
        } else if (wanted == 0) {
            succeed(0);
        } else if (direction.isAtEnd()) {
            endOfData();
        } else {
            submit();
        }
    }

    @Override
    void completed(final Completion completion) {
        final int status = completion.status();
        if (!direction.isWrite() && (channel.isEnd(completion) || isShutDown(status))) {
            // Of messages, the end is one of them: without this, the next read would wait for another message.
            direction.atEnd();
            endOfData();
        } else if (status == Win32Error.SUCCESS || status == Win32Error.MORE_DATA) {
            if (!transferred(completion.bytes(), status == Win32Error.MORE_DATA)) {
                submit();
            }
        } else {
            if (status == Win32Error.TIMEOUT) {
                direction.kill();
            }
            fail(ChannelFailures.of(status, direction.isWrite() ? "Write" : "Read", channel));
        }
    }

    @Override
    void cancelled() {
        direction.kill();
    }

    /** Shutting down cancels the read of a device that has no such call. */
    private boolean isShutDown(final int status) {
        return status == Win32Error.OPERATION_ABORTED && direction.isShutdown();
    }

    /** Starts native operations until one does not complete at once. */
    private void submit() {
        final long start = starting();
        while (true) {
            final long started;
            try {
                started = channel.start(direction.isWrite(), buffers(), timeLeft());
            } catch (final OperationLimitException | OutOfMemoryError lacking) {
                fail(new IOException(lacking.getMessage(), lacking));
                return;
            } catch (final IllegalStateException closed) {
                fail(ChannelFailures.ofRefusal(closed, channel));
                return;
            } catch (final RuntimeException misuse) {
                fail(misuse);
                return;
            }
            if (!InlineCompletion.is(started)) {
                started(start, started);
                if (!direction.isWrite() && direction.isShutdown()) {
                    // The shutdown may have cancelled the reads of the device before this one was in flight.
                    device().cancel(started);
                }
                return;
            }
            if (transferred(InlineCompletion.bytes(started), false)) {
                return;
            }
        }
    }

    /** Returns whether that was all. A message is read as far as the caller has room for it. */
    private boolean transferred(final int bytes, final boolean messageContinues) {
        try {
            buffers().advance(bytes);
            total += bytes;
            if ((direction.isWrite() || messageContinues) && bytes > 0 && !isCancelled() && buffers().remaining() > 0) {
                return false;
            }
        } catch (final RuntimeException changedInFlight) {
            fail(ChannelFailures.ofChangedBuffer(changedInFlight));
            return true;
        }
        if (!direction.isWrite()) {
            channel.messageContinues(messageContinues);
        }
        succeed(total);
        return true;
    }

    private Duration timeLeft() {
        return deadline == 0 ? null : Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }

    private void endShutDown() {
        if (direction.isWrite()) {
            fail(new ClosedChannelException());
        } else {
            endOfData();
        }
    }

    private void endOfData() {
        channel.messageContinues(false);
        succeed(total > 0 ? total : -1);
    }

    private void succeed(final long bytes) {
        end();
        result().succeed(number.apply(bytes));
    }

    private void fail(final Throwable failure) {
        end();
        result().fail(failure);
    }

    private void end() {
        buffers().release();
        direction.end();
    }

    private TransferBuffers buffers() {
        return direction.buffers();
    }
}

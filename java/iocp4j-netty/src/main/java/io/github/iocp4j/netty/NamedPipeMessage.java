package io.github.iocp4j.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.DefaultByteBufHolder;

/**
 * One message of a named pipe in message mode: what an {@link IocpNamedPipeChannel} with
 * {@link IocpChannelOption#PIPE_MODE} {@link io.github.iocp4j.pipe.PipeMode#MESSAGE} writes and reads. A message may be
 * empty. Its length is that of the readable bytes when it is written.
 */
public final class NamedPipeMessage extends DefaultByteBufHolder {
    /**
     * Creates a message.
     *
     * @param content its bytes; the message owns the buffer
     */
    public NamedPipeMessage(final ByteBuf content) {
        super(content);
    }

    @Override
    public NamedPipeMessage copy() {
        return (NamedPipeMessage) super.copy();
    }

    @Override
    public NamedPipeMessage duplicate() {
        return (NamedPipeMessage) super.duplicate();
    }

    @Override
    public NamedPipeMessage retainedDuplicate() {
        return (NamedPipeMessage) super.retainedDuplicate();
    }

    @Override
    public NamedPipeMessage replace(final ByteBuf content) {
        return new NamedPipeMessage(content);
    }

    @Override
    public NamedPipeMessage retain() {
        super.retain();
        return this;
    }

    @Override
    public NamedPipeMessage retain(final int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public NamedPipeMessage touch() {
        super.touch();
        return this;
    }

    @Override
    public NamedPipeMessage touch(final Object hint) {
        super.touch(hint);
        return this;
    }
}

package io.github.iocp4j.nio;

/** Where the outcome of one operation goes. One of the two methods for an outcome is called, once. */
interface Result<V> {
    /** Called before the operation starts. */
    void of(ChannelOperation<V> operation);

    /** Returns false when the operation was cancelled, so that the value is lost. */
    boolean succeed(V value);

    void fail(Throwable failure);
}

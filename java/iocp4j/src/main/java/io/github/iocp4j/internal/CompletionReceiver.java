package io.github.iocp4j.internal;

import io.github.iocp4j.CompletionBatch;
import java.nio.ByteBuffer;

/** What native code calls. No method throws. */
public abstract class CompletionReceiver {
    /**
     * Called once by each worker as it starts.
     *
     * @param worker the worker's index
     * @param records the worker's memory for records
     * @return the batch that reads them
     */
    public abstract CompletionBatch openBatch(int worker, ByteBuffer records);

    /**
     * Called by a worker when its memory has records.
     *
     * @param batch the worker's batch
     * @param count how many records there are
     */
    public abstract void deliver(CompletionBatch batch, int count);

    /**
     * Called when nothing more comes from a device, by the thread that has ended its last operation.
     *
     * @param key the device's completion key
     */
    public abstract void deviceClosed(long key);

    /**
     * Called once, by a worker or a poll to which Windows has said that the port's handle is closed.
     *
     * @param error the Win32 error code
     */
    public abstract void portLost(int error);

    /** Called once, when the port and everything that belonged to it is gone, by the thread that has ended it. */
    public abstract void portClosed();
}

package io.github.iocp4j.monitoring;

import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.WorkerSnapshot;
import java.io.DataOutputStream;
import java.io.IOException;

/** One worker in {@link Figures}. */
final class WorkerLine implements PortFigures.WorkerFigures {
    /** Bytes on the wire. */
    static final int LENGTH = 1 + Long.BYTES;

    private final WorkerActivity activity;
    private final long millis;

    WorkerLine(final WorkerSnapshot worker) {
        activity = worker.activity();
        millis = worker.duration().toMillis();
    }

    WorkerLine(final FigureReader in) throws IOException {
        activity = in.choice(WorkerActivity.values());
        millis = in.numberFrom(0);
    }

    static void write(final PortFigures.WorkerFigures worker, final DataOutputStream out) throws IOException {
        out.writeByte(worker.getActivity().ordinal());
        out.writeLong(worker.getMillis());
    }

    @Override
    public WorkerActivity getActivity() {
        return activity;
    }

    @Override
    public long getMillis() {
        return millis;
    }
}

package io.github.iocp4j.device;

/** Checks process ids, which have 32 bits in Windows. */
final class ProcessIds {
    private ProcessIds() {
    }

    static int check(final long processId) {
        if (processId < 0 || processId > 0xffff_ffffL) {
            throw new IllegalArgumentException("processId is " + processId + ", which no process of Windows has");
        }
        return (int) processId;
    }
}

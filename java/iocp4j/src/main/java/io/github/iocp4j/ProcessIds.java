package io.github.iocp4j;

/** Numbers of processes, which Windows keeps in 32 bits. */
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

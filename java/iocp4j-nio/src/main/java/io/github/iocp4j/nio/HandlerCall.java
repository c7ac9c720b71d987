package io.github.iocp4j.nio;

/** The call of a program's handler, with its result. It is a task for the executors of groups, too. */
interface HandlerCall extends Runnable {
    /** Calls the handler on this thread. */
    void call();
}

package io.github.iocp4j.jvm;

import java.util.concurrent.Callable;

/**
 * {@code java.util.concurrent.StructuredTaskScope} by reflection. It is a preview, a class in JDK 21 and an interface
 * in JDK 25.
 */
final class StructuredScope implements AutoCloseable {
    private final Class<?> type;
    private final Object scope;

    /** Opens a scope of the calling thread. */
    StructuredScope() throws ReflectiveOperationException {
        type = Class.forName("java.util.concurrent.StructuredTaskScope");
        scope = type.isInterface() ? type.getMethod("open").invoke(null)
                : Class.forName(type.getName() + "$ShutdownOnFailure").getConstructor().newInstance();
    }

    /** Runs a task on a virtual thread; the returned object has the result after {@link #join}. */
    Object fork(final Callable<?> task) throws ReflectiveOperationException {
        return type.getMethod("fork", Callable.class).invoke(scope, task);
    }

    void join() throws ReflectiveOperationException {
        type.getMethod("join").invoke(scope);
    }

    /** The result of a task that {@link #fork} has started; throws if the task has thrown. */
    Object outcome(final Object task) throws ReflectiveOperationException {
        return Class.forName(type.getName() + "$Subtask").getMethod("get").invoke(task);
    }

    @Override
    public void close() throws ReflectiveOperationException {
        type.getMethod("close").invoke(scope);
    }
}

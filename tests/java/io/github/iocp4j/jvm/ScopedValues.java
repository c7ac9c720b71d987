package io.github.iocp4j.jvm;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** {@code java.lang.ScopedValue}, which is final in JDK 25 and a preview in JDK 21, by reflection: JDK 11 has none. */
final class ScopedValues {
    private final Object key;

    /** Makes a value that is not bound. */
    ScopedValues() throws ReflectiveOperationException {
        key = type().getMethod("newInstance").invoke(null);
    }

    static boolean areAvailable() {
        try {
            type();
            return true;
        } catch (final ClassNotFoundException older) {
            return false;
        }
    }

    /** {@code ScopedValue.where(key, value).run(action)}; what the action throws comes out as it is. */
    void runWhere(final Object value, final Runnable action) {
        try {
            final Object carrier = type().getMethod("where", type(), Object.class).invoke(null, key, value);
            final Method run = Class.forName("java.lang.ScopedValue$Carrier").getMethod("run", Runnable.class);
            run.invoke(carrier, action);
        } catch (final InvocationTargetException failed) {
            throw (RuntimeException) failed.getCause();
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** The value that is bound on this thread, or "unbound". */
    Object get() {
        try {
            return (boolean) type().getMethod("isBound").invoke(key) ? type().getMethod("get").invoke(key) : "unbound";
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Class<?> type() throws ClassNotFoundException {
        return Class.forName("java.lang.ScopedValue");
    }
}

package io.github.iocp4j.monitoring;

/** Tells whether this JVM has what not all have. */
final class Availability {
    private Availability() {
    }

    static boolean of(final String className) {
        try {
            Class.forName(className, false, Availability.class.getClassLoader());
            return true;
        } catch (final ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }
}

package io.github.iocp4j.monitoring;

/** Detects optional modules of the JVM. */
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

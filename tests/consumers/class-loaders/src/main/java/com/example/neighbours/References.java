package com.example.neighbours;

import java.lang.management.ManagementFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;

/** Counts the references of native code to the heap. */
final class References {
    private static final Pattern COUNT = Pattern.compile("JNI global refs: (\\d+)");

    private References() {
    }

    /** Returns the number of JNI's global references, from the end of a thread dump of HotSpot. */
    static int count() throws Exception {
        final Object dump = ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"), "threadPrint",
                new Object[] {new String[0]}, new String[] {String[].class.getName()});
        final Matcher found = COUNT.matcher((String) dump);
        if (!found.find()) {
            throw new IllegalStateException("This JVM does not count its JNI references:\n" + dump);
        }
        return Integer.parseInt(found.group(1));
    }
}

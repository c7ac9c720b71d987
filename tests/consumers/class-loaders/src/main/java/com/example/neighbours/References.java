package com.example.neighbours;

import java.lang.management.ManagementFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;

/** What native code holds of the heap. */
final class References {
    private static final Pattern TOLD = Pattern.compile("JNI global refs: (\\d+)");

    private References() {
    }

    /** The number of JNI's global references, which HotSpot tells at the end of a thread dump. */
    static int count() throws Exception {
        final Object dump = ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"), "threadPrint",
                new Object[] {new String[0]}, new String[] {String[].class.getName()});
        final Matcher told = TOLD.matcher((String) dump);
        if (!told.find()) {
            throw new IllegalStateException("This JVM does not count its JNI references:\n" + dump);
        }
        return Integer.parseInt(told.group(1));
    }
}

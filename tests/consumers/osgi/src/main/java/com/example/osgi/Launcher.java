package com.example.osgi;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * Runs a program in an OSGi framework. Arguments: a folder for the framework's files, the class with the program's main
 * method, its bundle, and all other bundles.
 */
public final class Launcher {
    private Launcher() {}

    /**
     * Runs the program, or reports why a bundle cannot be resolved.
     *
     * @param args see above
     * @throws Exception when a bundle cannot be resolved, or the program fails
     */
    public static void main(final String[] args) throws Exception {
        final Framework framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst().orElseThrow()
                .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, args[0],
                        Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT));
        framework.start();
        try {
            run(framework.getBundleContext(), args);
        } finally {
            // The threads of the framework would keep the JVM running.
            framework.stop();
            framework.waitForStop(0);
        }
    }

    private static void run(final BundleContext context, final String[] args) throws Exception {
        final List<Bundle> bundles = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            bundles.add(context.installBundle(Path.of(args[i]).toUri().toString()));
        }
        final Bundle program = bundles.get(0);
        program.start();
        program.loadClass(args[1]).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    }
}

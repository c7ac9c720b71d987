package io.github.iocp4j.tools;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts programs for the tests, as fast as possible. */
public final class Programs {
    // With the checks of JNI, whose warnings would appear in the output. And with a fast start, because there are many:
    // compiling the stub of a native method takes HotSpot up to a second under Wine, on the thread that calls it.
    private static final List<String> JVM_OPTIONS = List.of("-Xcheck:jni",
            "-XX:TieredStopAtLevel=1", "-XX:+PreferInterpreterNativeStubs", "-XX:+UseSerialGC", "-Xmx128m");

    private Programs() {
    }

    /**
     * Starts a tool.
     *
     * @param folder where to put what it prints
     * @param args the tool and its arguments
     * @return the running tool
     * @throws IOException when it cannot be started
     */
    public static ToolProcess tool(final Path folder, final String... args) throws IOException {
        return ToolProcess.start(folder, toolCommand(args));
    }

    /**
     * Starts a tool that reads a file as its standard input.
     *
     * @param folder where to put what it prints
     * @param input the file
     * @param args the tool and its arguments
     * @return the running tool
     * @throws IOException when it cannot be started
     */
    public static ToolProcess toolReading(final Path folder, final Path input, final String... args)
            throws IOException {
        return ToolProcess.start(folder, input, toolCommand(args));
    }

    /**
     * The command line of a tool.
     *
     * @param args the tool and its arguments
     * @return the words of the command line
     */
    public static List<String> toolCommand(final String... args) {
        return ToolProcess.command(JVM_OPTIONS, args);
    }

    /**
     * Starts one of the programs of tests/native.
     *
     * @param folder where to put what it prints
     * @param name the program
     * @param args its arguments
     * @return the running program
     * @throws IOException when it cannot be started
     */
    public static ToolProcess nativeProgram(final Path folder, final String name, final List<String> args)
            throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("iocp4j.tests.native"), name + ".exe").toAbsolutePath().toString());
        command.addAll(args);
        return ToolProcess.start(folder, command);
    }
}

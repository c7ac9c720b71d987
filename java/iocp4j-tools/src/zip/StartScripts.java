import io.github.iocp4j.tools.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/**
 * Writes a script for the command line of the tools jar, and one for each tool that it knows; not under the tools' own
 * names, some of which cmd keeps for itself. Runs while the jar is built.
 */
final class StartScripts {
    private static final String SCRIPT = String.join("\r\n",
            "@echo off",
            "setlocal",
            "set \"java=java\"",
            "if defined JAVA_HOME set \"java=%%JAVA_HOME%%\\bin\\java\"",
            "\"%%java%%\" -jar \"%%~dp0..\\lib\\%s\"%s %%*",
            "");

    private StartScripts() {
    }

    /**
     * Writes the scripts.
     *
     * @param args the name of the tools jar, and the folder to write to
     * @throws IOException when that cannot be written to
     */
    public static void main(final String[] args) throws IOException {
        final Path folder = Files.createDirectories(Path.of(args[1]));
        write(folder.resolve("iocp4j.cmd"), args[0], "");
        for (final Class<?> tool : Main.class.getAnnotation(Command.class).subcommands()) {
            final String name = tool.getAnnotation(Command.class).name();
            write(folder.resolve("iocp4j-" + name + ".cmd"), args[0], ' ' + name);
        }
    }

    private static void write(final Path script, final String jar, final String tool) throws IOException {
        Files.write(script, String.format(SCRIPT, jar, tool).getBytes(StandardCharsets.US_ASCII));
    }
}

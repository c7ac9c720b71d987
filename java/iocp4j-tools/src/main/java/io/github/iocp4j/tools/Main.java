package io.github.iocp4j.tools;

import io.github.iocp4j.NativeLibraryError;
import io.github.iocp4j.tools.catpipe.CatPipeCommand;
import io.github.iocp4j.tools.copy.CopyCommand;
import io.github.iocp4j.tools.echo.EchoCommand;
import io.github.iocp4j.tools.monitor.MonitorCommand;
import io.github.iocp4j.tools.serial.SerialCommand;
import io.github.iocp4j.tools.syelog.LoggerCommand;
import io.github.iocp4j.tools.syelog.SyelogdCommand;
import io.github.iocp4j.tools.terminal.SafeText;
import io.github.iocp4j.tools.watch.WatchCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line of the tools jar. Its exit codes: 0 done, 1 failed, 2 wrong usage.
 */
@Command(
        name = "iocp4j",
        description = "Programs on the Windows I/O completion port.",
        subcommands = {
            CatPipeCommand.class, CopyCommand.class, EchoCommand.class, LoggerCommand.class, MonitorCommand.class,
            SerialCommand.class, SyelogdCommand.class, WatchCommand.class},
        synopsisSubcommandLabel = "TOOL [ARGS...]",
        commandListHeading = "%nTools:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  iocp4j copy big.iso D:\\            copy a file",
            "  iocp4j syelogd --output trace.log  run a log daemon",
            "  iocp4j logger Hello World          send it a message",
            "  iocp4j cat-pipe --listen NAME      serve a pipe to one client",
            "  iocp4j serial COM3 --baud 115200   talk to a serial port",
            "  iocp4j watch C:\\inbox              print changes in a folder",
            "  iocp4j echo --port 7007            echo to TCP clients",
            "  iocp4j monitor figures             show a tool started with --monitor figures",
            "  iocp4j syelogd --help              describe one tool"
        },
        mixinStandardHelpOptions = true,
        versionProvider = JarVersion.class,
        scope = ScopeType.INHERIT)
public final class Main {
    private Main() {
    }

    /**
     * Runs the tool that the first argument names, and ends the JVM with its exit code.
     *
     * @param args the tool and its arguments
     */
    public static void main(final String[] args) {
        System.exit(run(new PrintWriter(System.err, true), args));
    }

    /** Returns the exit code. */
    static int run(final PrintWriter errors, final String... args) {
        // Without colours: when Wine or a Unix-like shell sets TERM, picocli would write them to files, too.
        final CommandLine commandLine = new CommandLine(new Main())
                .setErr(errors)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setExecutionExceptionHandler(Main::report)
                .setParameterExceptionHandler(Main::explain)
                .setExpandAtFiles(false);
        try {
            return commandLine.execute(args);
        } catch (final NativeLibraryError error) {
            // picocli does not catch an Error. Its message has one line for each place that was searched.
            return fail(commandLine, SafeText.ofLines(error.getMessage()), CommandLine.ExitCode.SOFTWARE);
        }
    }

    private static int explain(final ParameterException wrong, final String[] args) {
        final CommandLine tool = wrong.getCommandLine();
        final int exitCode = fail(tool, SafeText.of(wrong.getMessage()), CommandLine.ExitCode.USAGE);
        UnmatchedArgumentException.printSuggestions(wrong, tool.getErr());
        tool.getErr().println("Try: " + tool.getCommandSpec().qualifiedName() + " --help");
        return exitCode;
    }

    /** Expected failures get one line; anything else is a defect, and gets its stack trace. */
    private static int report(
            final Exception thrown, final CommandLine tool, final CommandLine.ParseResult parsed) {
        final String message = SafeText.of(String.valueOf(thrown.getMessage()));
        if (thrown instanceof IOException) {
            return fail(tool, message, CommandLine.ExitCode.SOFTWARE);
        }
        if (thrown instanceof IllegalArgumentException) {
            return fail(tool, message, CommandLine.ExitCode.USAGE);
        }
        final StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        return fail(tool, SafeText.ofLines(trace.toString().replace("\t", "    ")), CommandLine.ExitCode.SOFTWARE);
    }

    private static int fail(final CommandLine tool, final String safeText, final int exitCode) {
        tool.getErr().println(tool.getCommandName() + ": " + safeText);
        return exitCode;
    }
}

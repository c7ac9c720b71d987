package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.tools.terminal.Notices;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The tool {@code logger}: sends messages to a syelog daemon.
 */
@Command(
        name = "logger",
        header = "Sends messages to a syelog daemon.",
        description = {
            "The arguments are one message; without arguments, each line of standard input is one.",
            "",
            "It follows the rules of the protocol's clients: when the daemon cannot be reached, messages are dropped"
                + " and it does not connect for five minutes; it reconnects once for a message. Messages that a"
                + " daemon has left without being known to have read are counted, but not sent again. Text"
                + " is sent as UTF-8; text that does not fit into a message is cut, and control characters are"
                + " written as \\n, \\r, \\t or \\xNN."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the daemon has read all messages",
            "1:failed, or some messages were dropped or may not have been read",
            "2:wrong usage"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  iocp4j logger Hello World                    send one message",
            "  iocp4j logger --severity error Disk is full  send an error",
            "  trace.exe | iocp4j logger --ident trace      send what a program prints",
            "  iocp4j logger --terminate                    ask the daemon to end"
        })
public final class LoggerCommand implements Callable<Integer> {
    @Option(names = "--pipe", paramLabel = "NAME", defaultValue = "syelog",
            description = "The daemon's pipe: NAME or \\\\.\\pipe\\NAME. Default: ${DEFAULT-VALUE}")
    private String pipe;

    @Option(names = "--ident", paramLabel = "ID", defaultValue = "logger",
            description = "Prefix of each text; \"\" for none. Default: ${DEFAULT-VALUE}")
    private String ident;

    @Option(names = "--facility", paramLabel = "F", defaultValue = "application",
            description = "kernel, security, logging, service, application, user, local0 to local9, or two hexadecimal"
                + " digits. Default: ${DEFAULT-VALUE}")
    private String facility;

    @Option(names = "--severity", paramLabel = "S", defaultValue = "information",
            description = "fatal, alert, critical, error, warning, notice, information, audit_fail, audit_pass, debug,"
                + " or two hexadecimal digits. Default: ${DEFAULT-VALUE}")
    private String severity;

    @Option(names = "--count", paramLabel = "N",
            description = "Send each message N times, and number them: \"TEXT [1 of N]\".")
    private Integer count;

    @Option(names = "--terminate",
            description = "Send a last message that asks the daemon to end when a connection closes. Without"
                + " MESSAGE nothing else is sent, and standard input is not read.")
    private boolean terminate;

    @Parameters(paramLabel = "MESSAGE", arity = "0..*", description = "The text, its words joined by spaces.")
    private List<String> words;

    LoggerCommand() {
    }

    @Override
    public Integer call() throws IOException {
        if (count != null && count < 1) {
            throw new IllegalArgumentException("--count is " + count + ", but must be at least 1");
        }
        final int severityCode = Coded.parse(Severity.values(), severity);
        final SyelogEncoder encoder = new SyelogEncoder(
                ident, Coded.parse(Facility.values(), facility), ProcessHandle.current().pid());
        try (PipeTransport transport = new PipeTransport(pipe)) {
            final SyelogClient client = new SyelogClient(transport, System::nanoTime);
            final MessageSender sender = new MessageSender(client, encoder);
            try (client) {
                sendTo(sender, client, severityCode);
            }
            return report(sender, client);
        }
    }

    private static int report(final MessageSender sender, final SyelogClient client) {
        final String total = " of " + sender.total() + " messages";
        if (client.unconfirmed() > 0) {
            Notices.print("logger", "the daemon has left and may not have read " + client.unconfirmed() + total + ": "
                    + client.lastFailure().getMessage());
        }
        if (sender.dropped() > 0) {
            Notices.print("logger", sender.dropped() + total + " were dropped: " + client.lastFailure().getMessage());
        }
        return client.unconfirmed() + sender.dropped() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void sendTo(final MessageSender sender, final SyelogClient client, final int severityCode)
            throws IOException {
        if (words != null) {
            send(String.join(" ", words).getBytes(StandardCharsets.UTF_8), sender, severityCode);
        } else if (!terminate) {
            // Not System.in, which queries how much can be read; not every kind of standard input supports that.
            final LineReader lines = new LineReader(new FileInputStream(FileDescriptor.in));
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                send(line, sender, severityCode);
                if (!lines.isReady()) {
                    client.confirm();
                }
            }
        }
        if (terminate) {
            sender.askToTerminate();
        }
    }

    private void send(final byte[] text, final MessageSender sender, final int severityCode) {
        if (count == null) {
            sender.send(text, severityCode);
        } else {
            sender.sendNumbered(text, severityCode, count);
        }
    }
}

package io.github.iocp4j.tools.monitor;

import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.monitoring.PortMonitorClient;
import io.github.iocp4j.tools.terminal.Notices;
import io.github.iocp4j.tools.terminal.SignalExit;
import io.github.iocp4j.tools.terminal.Terminals;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The tool {@code monitor}: shows the activity of the completion port of another program.
 */
@Command(
        name = "monitor",
        header = "Shows the activity of the completion port of a running program.",
        description = {
            "The program must serve its port's figures on a pipe: echo and syelogd do with --monitor, others"
                + " with PortMonitor.serve. A page shows the port, the activity of each worker and its duration,"
                + " the sizes of batches, failures, and the busiest devices, with rates since the page before."
                + " On a terminal each page replaces the one before.",
            "",
            "It ends on Ctrl-C, or when the port is closed or the program has ended."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ended by Ctrl-C, or with the monitored port",
            "1:failed: there is no such pipe, or it is not that of a monitor",
            "2:wrong usage"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  iocp4j echo --port 7007 --monitor watch-echo  the monitored program",
            "  iocp4j monitor watch-echo                     its activity",
            "  iocp4j monitor watch-echo --sort bytes        most bytes first",
            "  iocp4j monitor watch-echo --once --json       one snapshot, for a program"
        })
public final class MonitorCommand implements Callable<Integer> {
    private static final int LEAST_INTERVAL = 50;
    private static final int LONGEST_INTERVAL = 60_000;
    private static final int MOST_DEVICES = 10_000;
    private static final int TERMINAL_WIDTH = 79;

    @Parameters(paramLabel = "PIPE", description = "NAME or \\\\.\\pipe\\NAME.")
    private String pipe;

    @Option(names = "--interval", paramLabel = "MS", defaultValue = "1000",
            description = "Milliseconds from one page to the next, from 50 to 60000. Default: ${DEFAULT-VALUE}")
    private int interval;

    @Option(names = "--once", description = "Show one page and end.")
    private boolean once;

    @Option(names = "--json", description = "Print each page as a JSON object, one a line.")
    private boolean json;

    @Option(names = "--sort", paramLabel = "ORDER", defaultValue = "rate",
            description = "Order of devices: rate, bytes, in-flight, operations or name."
                + " Default: ${DEFAULT-VALUE}")
    private String sort;

    @Option(names = "--devices", paramLabel = "N", defaultValue = "10",
            description = "Number of devices to show, from 0 to 10000. Default: ${DEFAULT-VALUE}")
    private int devices;

    private final CountDownLatch stop = new CountDownLatch(1);

    MonitorCommand() {
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check("--interval", interval, LEAST_INTERVAL, LONGEST_INTERVAL);
        check("--devices", devices, 0, MOST_DEVICES);
        final Order order = Order.parse(sort);
        final boolean inPlace = !json && !once && Terminals.isOutput();
        final Page page = json ? new JsonPage(order, devices)
                : new TextPage(order, devices, inPlace ? TERMINAL_WIDTH : Integer.MAX_VALUE);
        try (SignalExit exit = new SignalExit(stop::countDown); PortMonitorClient client = connect()) {
            if (inPlace) {
                Terminals.understandEscapes();
            }
            show(client, page, new Display(new FileOutputStream(FileDescriptor.out), inPlace));
            return exit.withCode(ExitCode.OK);
        }
    }

    private void show(final PortMonitorClient client, final Page page, final Display display)
            throws IOException, InterruptedException {
        PortSnapshot before = null;
        do {
            final PortSnapshot now;
            try {
                now = client.ask();
            } catch (final Win32Exception gone) {
                if (before == null || !isGone(gone.code())) {
                    throw gone;
                }
                Notices.print("monitor", client.pipeName() + " is closed");
                return;
            }
            display.show(page.of(new Interval(before, now)));
            if (now.state() == PortState.CLOSED) {
                Notices.print("monitor", "the port is closed");
                return;
            }
            before = now;
        } while (!once && !stop.await(interval, TimeUnit.MILLISECONDS));
    }

    private PortMonitorClient connect() throws IOException {
        try {
            return PortMonitorClient.connect(pipe);
        } catch (final Win32Exception refused) {
            switch (refused.code()) {
                case Win32Error.FILE_NOT_FOUND:
                    throw new IOException("There is no pipe " + pipe
                            + ": is the program running, and does it serve this pipe?", refused);
                case Win32Error.PIPE_BUSY:
                    throw new IOException("The pipe " + pipe + " is busy: its monitor serves no more clients",
                            refused);
                case Win32Error.INVALID_PARAMETER:
                    throw new IOException("The pipe " + pipe + " is not a monitor's: it is not in message mode",
                            refused);
                default:
                    throw refused;
            }
        }
    }

    private static boolean isGone(final int code) {
        switch (code) {
            case Win32Error.BROKEN_PIPE:
            case Win32Error.NO_DATA:
            case Win32Error.PIPE_NOT_CONNECTED:
            case Win32Error.BAD_PIPE:
                return true;
            default:
                return false;
        }
    }

    private static void check(final String option, final int value, final int least, final int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    option + " is " + value + ", but must be from " + least + " to " + most);
        }
    }
}

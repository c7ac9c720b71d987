package io.github.iocp4j.tools.serial;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.device.SerialPort;
import io.github.iocp4j.device.SerialPort.FlowControl;
import io.github.iocp4j.device.SerialPort.Parity;
import io.github.iocp4j.device.SerialPort.StopBits;
import io.github.iocp4j.tools.Delivery;
import io.github.iocp4j.tools.StreamJoint;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The tool {@code serial}: a small terminal on a serial port.
 */
@Command(
        name = "serial",
        header = "A small terminal on a serial port.",
        description = {
            "Copies standard input to the port, and data from the port to standard output. It"
                + " ends when standard input has ended and the port has been silent for a while, or on Ctrl-C."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage, or the port does not support the options"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  iocp4j serial COM3 --baud 115200          talk to a device",
            "  echo AT| iocp4j serial COM4 --newline cr  send a command to a modem",
            "  iocp4j serial COM3 --idle 60000 < nul > log.txt"
        })
public final class SerialCommand implements Callable<Integer> {
    // Milliseconds.
    private static final int READ_INTERVAL = 10;
    private static final int READ_TOTAL = 50;

    @Parameters(paramLabel = "PORT", description = "COM3, or \\\\.\\NAME for a port with another name.")
    private String name;

    @Option(names = "--baud", paramLabel = "N", defaultValue = "9600",
            description = "Bits per second. Default: ${DEFAULT-VALUE}")
    private int baud;

    @Option(names = "--data-bits", paramLabel = "N", defaultValue = "8",
            description = "From 5 to 8. Default: ${DEFAULT-VALUE}")
    private int dataBits;

    @Option(names = "--parity", paramLabel = "P", defaultValue = "none",
            description = "none, odd, even, mark or space. Default: ${DEFAULT-VALUE}")
    private String parity;

    @Option(names = "--stop-bits", paramLabel = "N", defaultValue = "1",
            description = "1, 1.5 or 2. Default: ${DEFAULT-VALUE}")
    private String stopBits;

    @Option(names = "--flow", paramLabel = "F", defaultValue = "none",
            description = "Flow control: none, rts-cts, dtr-dsr or xon-xoff. Default: ${DEFAULT-VALUE}")
    private String flow;

    @Option(names = "--no-dtr", description = "Leave the line DTR off.")
    private boolean noDtr;

    @Option(names = "--no-rts", description = "Leave the line RTS off.")
    private boolean noRts;

    @Option(names = "--newline", paramLabel = "N", defaultValue = "lf",
            description = "What a line feed of standard input becomes: lf, cr or crlf. Default: ${DEFAULT-VALUE}")
    private String newline;

    @Option(names = "--idle", paramLabel = "MS", defaultValue = "1000",
            description = "After the end of standard input, end when no data has arrived for that many milliseconds."
                + " Default: ${DEFAULT-VALUE}")
    private int idle;

    private StreamJoint joint;

    SerialCommand() {
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (idle < 0) {
            throw new IllegalArgumentException("--idle is " + idle + ", but must not be negative");
        }
        final Newline end = Newline.parse(newline);
        joint = StreamJoint.ofStandardStreams(false, input -> new NewlineInputStream(input, end));
        try (CompletionPort port = CompletionPort.builder(this::onCompletion).name("serial").workers(2).open();
                SerialPort serial = open(port)) {
            joint.startOutput(serial);
            final Delivery delivery = Delivery.byWrites();
            joint.startInput(serial, delivery, () -> { });
            if (joint.awaitInputEnd()) {
                joint.awaitSilence(idle);
            }
            if (delivery.unconfirmed() > 0) {
                throw new IOException("the port has not accepted the last " + delivery.unconfirmed() + " bytes");
            }
        }
        return ExitCode.OK;
    }

    private SerialPort open(final CompletionPort port) throws Win32Exception {
        final SerialPort.Builder serial = SerialPort.builder(port, name)
                .baud(baud)
                .dataBits(dataBits)
                .parity(parse("--parity", parity, Parity.values()))
                .stopBits(parseStopBits())
                .flowControl(parse("--flow", flow, FlowControl.values()))
                .lines(!noDtr, !noRts)
                // Not the library's default, with which some drivers, Wine's among them, wait for a full buffer.
                .readTimeouts(READ_INTERVAL, 0, READ_TOTAL);
        try {
            return serial.open();
        } catch (final Win32Exception refused) {
            if (refused.code() == Win32Error.INVALID_PARAMETER) {
                throw new IllegalArgumentException(name + " does not support the options: " + refused.getMessage(),
                        refused);
            }
            throw refused;
        }
    }

    private StopBits parseStopBits() {
        switch (stopBits) {
            case "1":
                return StopBits.ONE;
            case "1.5":
                return StopBits.ONE_AND_A_HALF;
            case "2":
                return StopBits.TWO;
            default:
                throw new IllegalArgumentException("--stop-bits is " + stopBits + ", but must be 1, 1.5 or 2");
        }
    }

    private static <E extends Enum<E>> E parse(final String option, final String value, final E[] values) {
        final StringBuilder known = new StringBuilder();
        for (final E candidate : values) {
            final String word = candidate.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (word.equals(value.toLowerCase(Locale.ROOT))) {
                return candidate;
            }
            known.append(known.length() == 0 ? "" : ", ").append(word);
        }
        throw new IllegalArgumentException(option + " is " + value + ", but must be one of " + known);
    }

    private void onCompletion(final Completion completion) {
        joint.onCompletion(completion);
    }
}

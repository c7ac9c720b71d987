package io.github.iocp4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** A Windows program that executes commands from its standard input, one in each line; Contestant.java lists them. */
final class ContestantProcess implements Load {
    private static final int TIMEOUT_SECONDS = 10;
    /** The position in the answer to an offer: after the count, the seconds and their names. */
    private static final int FIRST_LATENCY = 5;

    private final Process process;
    private final Path errors;
    private final BufferedReader answers;
    private final String address;

    /** Starts it and waits until it is ready. */
    ContestantProcess(final List<String> command) throws IOException {
        errors = Files.createTempFile("iocp4j-bench", ".log");
        process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        final String[] ready = answer();
        if (!ready[0].equals("ready")) {
            throw new IOException("Instead of being ready it says: " + String.join(" ", ready));
        }
        address = ready.length > 1 ? ready[1] : "";
    }

    String address() {
        return address;
    }

    @Override
    public Run run(final long milliseconds) throws IOException {
        return run(ask("run " + milliseconds));
    }

    @Override
    public Run offer(final long milliseconds, final double perSecond) throws IOException {
        return run(ask(String.format(Locale.ROOT, "offer %d %f", milliseconds, perSecond)));
    }

    /** The run that the answer tells of, with latencies if it has some. */
    private static Run run(final String[] done) {
        final Histogram latencies = new Histogram(3);
        for (int i = FIRST_LATENCY; i < done.length; i++) {
            latencies.recordValue(Long.parseLong(done[i]));
        }
        return new Run(Long.parseLong(done[1]), Double.parseDouble(done[3]), latencies);
    }

    /** The counters so far, or null when there are none. */
    Counters counters() throws IOException {
        final String[] counted = ask("counters");
        return counted[0].equals("none") ? null : new Counters(
                Long.parseLong(counted[1]), Long.parseLong(counted[3]), Long.parseLong(counted[5]));
    }

    /** Ends the process: closes its input, and kills it if it does not end. */
    @Override
    public void close() throws IOException {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (final InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            Files.delete(errors);
        }
    }

    private String[] ask(final String command) throws IOException {
        process.getOutputStream().write((command + '\n').getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        return answer();
    }

    private String[] answer() throws IOException {
        final String line = answers.readLine();
        if (line == null) {
            throw new IOException("It has ended: " + lastWords());
        }
        return line.split(" ");
    }

    /** The most useful line: the message of the exception before its stack trace, or else the last line. */
    private String lastWords() throws IOException {
        String words = "without a word";
        for (final String line : Files.readAllLines(errors, StandardCharsets.ISO_8859_1)) {
            if (line.contains("Exception") || line.contains("Error")) {
                return line;
            }
            words = line;
        }
        return words;
    }
}

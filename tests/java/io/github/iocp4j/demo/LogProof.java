package io.github.iocp4j.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Proves that a log has each message of each client exactly once, in the client's order, and nothing else. It reads
 * only the finished log, and shares no code with the writer of the log.
 */
final class LogProof {
    private static final Pattern LINE = Pattern.compile("[0-9]{17} +[0-9]+ [0-9a-f]{2}[.][0-9a-f]{2}: (.*)");
    private static final Pattern MESSAGE = Pattern.compile("([^:]+): Hello World! \\[([0-9]+) of ([0-9]+)]");
    private static final Pattern NOTICE = Pattern.compile("[0-9]{17} ---- --[.][0-9a-f]{2}: .*");
    private static final int MOST_PROBLEMS = 20;

    private final Map<String, Integer> expected;
    private final Map<String, Integer> seen = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * Begins a proof.
     *
     * @param expected how many messages each client has sent, by the client's ident
     */
    LogProof(final Map<String, Integer> expected) {
        this.expected = expected;
    }

    /** Looks at the next line. */
    void add(final String line) {
        if (NOTICE.matcher(line).matches()) {
            return;
        }
        final Matcher ofClient = LINE.matcher(line);
        final Matcher message = MESSAGE.matcher(ofClient.matches() ? ofClient.group(1) : "");
        if (!message.matches() || !expected.containsKey(message.group(1))) {
            problem("not a line of any client: " + line);
            return;
        }
        final String ident = message.group(1);
        final int next = seen.getOrDefault(ident, 0) + 1;
        final int number = Integer.parseInt(message.group(2));
        if (number != next) {
            problem(ident + ": message " + number + " where message " + next + " was due");
        }
        if (Integer.parseInt(message.group(3)) != expected.get(ident)) {
            problem(ident + ": a message out of another number of messages: " + line);
        }
        seen.put(ident, number);
    }

    /** The errors of the log, after its last line; empty when there are none. */
    List<String> problems() {
        expected.forEach((ident, count) -> {
            final int last = seen.getOrDefault(ident, 0);
            if (last != count) {
                problem(ident + ": ends with message " + last + " of " + count);
            }
        });
        return problems;
    }

    private void problem(final String text) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(text);
        }
    }
}

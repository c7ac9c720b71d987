package io.github.iocp4j.tools.syelog;

import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

/** The offset of a time zone from UTC. It allocates only when the offset changes. */
final class UtcOffset {
    private final ZoneRules rules;
    private long since = Long.MAX_VALUE;
    private long until = Long.MIN_VALUE;
    private int seconds;

    UtcOffset(final ZoneId zone) {
        rules = zone.getRules();
    }

    /** The offset in seconds at a time in seconds since 1970, UTC. */
    int at(final long epochSecond) {
        if (epochSecond < since || epochSecond >= until) {
            look(Instant.ofEpochSecond(epochSecond));
        }
        return seconds;
    }

    private void look(final Instant instant) {
        // Search before the next second, so that a transition at this second counts.
        final ZoneOffsetTransition last = rules.previousTransition(instant.plusSeconds(1));
        final ZoneOffsetTransition next = rules.nextTransition(instant);
        seconds = rules.getOffset(instant).getTotalSeconds();
        since = last == null ? Long.MIN_VALUE : last.toEpochSecond();
        until = next == null ? Long.MAX_VALUE : next.toEpochSecond();
    }
}
